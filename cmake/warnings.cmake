# For our own targets only: a user who builds callgate with a newer compiler gets warnings, not
# errors.
add_library(callgate_warnings INTERFACE)
target_compile_options(callgate_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wswitch -Werror=switch
  # g++ 12 sees overlaps in std::string::operator+ that are not there (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
option(CALLGATE_WERROR "Warnings are errors" OFF)
if(CALLGATE_WERROR)
  target_compile_options(callgate_warnings INTERFACE -Werror)
endif()
