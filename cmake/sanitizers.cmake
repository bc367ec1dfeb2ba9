# Sanitizers see everything that is compiled here, so the whole tree is built with them.
if(CALLGATE_SANITIZE)
  add_compile_options(-fsanitize=${CALLGATE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CALLGATE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang AND CALLGATE_SANITIZE MATCHES undefined)
    add_compile_options(-fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/ubsan_ignore.txt)
  endif()
endif()
