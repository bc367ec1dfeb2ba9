# The rooms of core/, in the house's order: a room uses only rooms above it, and of those the ones
# that its row names. tests/rooms/ compares this table with what the files include.
#
# room | public headers that belong to it | rooms that it may use
set(CALLGATE_HOUSE
  "error                 | error.h error_codes.inc limits.h result.h time.h | "
  "base                  | hidden_characters.h | "
  "json                  | json.h result_meter.h scan.h split_object.h | error base"
  "crypto                | crypto.h replay_claim.h | error json"
  "token                 | token.h | error base json crypto"
  "attestation           | attestation.h attestation_issue.h attestation_message.h attestation_reason.h attestation_reasons.inc attestation_trust.h attestation_verifier.h | error base json crypto token"
  "trust                 | trust.h trust_reasons.inc | error base crypto"
  "envelope              | envelope.h | error base json crypto"
  "policy/values         | key_classes.h | base"
  "policy/model          | lint.h | error base policy/values"
  "policy/document       | load_fault.h | error base json policy/values policy/model"
  "policy/evaluate       | tried_capability.h | error base json policy/values policy/model"
  "policy/inclusion      |  | base policy/values policy/model policy/evaluate"
  "policy/counterexample | witness.h | base json policy/values policy/model policy/evaluate policy/inclusion"
  "policy/lint           |  | base policy/values policy/model policy/inclusion"
  "policy/coverage       | coverage.h | json policy/values policy/model policy/evaluate"
  "policy/explain        |  | base json policy/values policy/model policy/evaluate"
  "policy                | decision.h explanation.h policy.h why_not.h | error base json crypto policy/model policy/document policy/evaluate policy/inclusion policy/counterexample policy/lint policy/coverage policy/explain"
  "ledger                | ledger.h seen_table.h | error crypto policy"
  "gate/state            |  | error base json crypto token policy/model policy ledger"
  "gate                  | gate.h guard.h | error base json crypto token envelope policy/model policy/evaluate policy ledger gate/state"
  "audit                 | audit.h callgate.h | error base json crypto token attestation envelope policy ledger gate"
)

set(CALLGATE_ROOMS)
foreach(row IN LISTS CALLGATE_HOUSE)
  string(REGEX MATCH "^[a-z/]+" room "${row}")
  list(APPEND CALLGATE_ROOMS ${room})
endforeach()

# callgate_room(SOURCES <file>...): the files next to its CMakeLists.txt become part of the library.
# The room trust is a library of its own.
function(callgate_room)
  cmake_parse_arguments(ROOM "" "" "SOURCES" ${ARGN})
  list(TRANSFORM ROOM_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  target_sources(callgate PRIVATE ${ROOM_SOURCES})
endfunction()
