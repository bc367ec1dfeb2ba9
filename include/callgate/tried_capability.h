// TriedCapability: why one capability did not allow a call.
#ifndef CALLGATE_TRIED_CAPABILITY_H_
#define CALLGATE_TRIED_CAPABILITY_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "callgate/error.h"

namespace callgate {

// What one capability, whose tool_pattern matched, answered to a call it did not allow.
struct TriedCapability {
  std::size_t capability;  // position in the context's list, from 0
  ErrorCode code;
  std::string_view rule;  // id of the rule in docs/policy.md, e.g. "path.dotdot"; static
  std::string where;      // JSON pointer (RFC 6901) into the arguments; cut at 128 bytes
};

}  // namespace callgate

#endif  // CALLGATE_TRIED_CAPABILITY_H_
