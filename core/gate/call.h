// The MCP request that an envelope carries: only what a gate can judge in full is taken.
#ifndef CALLGATE_CORE_GATE_CALL_H_
#define CALLGATE_CORE_GATE_CALL_H_

#include <optional>
#include <string>
#include <string_view>

#include "callgate/json.h"
#include "callgate/result.h"
#include "core/envelope/parsed_envelope.h"
#include "core/gate/call_record.h"

namespace callgate::gate {

enum class Method : std::uint8_t { kToolsCall, kToolsList };

// Views point into the payload's document.
struct Call {
  Method method;
  std::string_view tool;                 // a tool name; empty for tools/list
  std::optional<json::Value> arguments;  // an object; absent means {}
  bool has_meta = false;
};

// Exactly the members that are known, each of its one type. INVALID_ENVELOPE with the place.
Result<Call> ReadCall(json::Value payload);

// Takes the bytes that verified, and where the parts of `call` lie in them, into `record`.
// REQUIRES: `call` was read from the payload of `envelope`, and `form` is a canonical form of it.
void RecordMessage(const ParsedEnvelope& envelope, const Call& call, CanonicalForm form,
                   CallRecord& record);

}  // namespace callgate::gate

#endif  // CALLGATE_CORE_GATE_CALL_H_
