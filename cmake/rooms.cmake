# The rooms of core/, in the house's order: a room may use only rooms before it.
set(CALLGATE_ROOMS error json crypto token envelope policy ledger gate)

# callgate_room(<name> SOURCES <file>...): the files of core/<name>/ become part of the library.
function(callgate_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES" ${ARGN})
  list(TRANSFORM ROOM_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  target_sources(callgate PRIVATE ${ROOM_SOURCES})
endfunction()
