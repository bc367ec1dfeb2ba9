# callgate_room(<name> SOURCES <file>...): the files of core/<name>/ become part of the library.
function(callgate_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES" ${ARGN})
  list(TRANSFORM ROOM_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  target_sources(callgate PRIVATE ${ROOM_SOURCES})
endfunction()

add_library(callgate_warnings INTERFACE)
target_compile_options(callgate_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wswitch -Werror=switch
  # g++ 12 sees overlaps in std::string::operator+ that are not there (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(PROJECT_IS_TOP_LEVEL)
  target_compile_options(callgate_warnings INTERFACE -Werror)
endif()
