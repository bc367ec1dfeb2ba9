// The decision on one call by one context.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_EVALUATE_H_
#define CALLGATE_CORE_POLICY_EVALUATE_EVALUATE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "callgate/json.h"
#include "callgate/tried_capability.h"
#include "core/base/small_vector.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

inline constexpr std::int32_t kNoCapability = -1;
inline constexpr std::int32_t kNoDenyEntry = -1;

// Denies unless Evaluate made it allow.
struct Verdict {
  bool allowed = false;
  ErrorCode code = ErrorCode::kInternalError;  // why not, where it denies
  std::string_view rule;                       // that decided; static
  std::int32_t capability = kNoCapability;     // that allowed first, or got furthest
  std::int32_t deny_entry = kNoDenyEntry;      // that fired: its position in the deny list
  // The capabilities that allow, in order, up to and including the first without a rate limit: the
  // call is charged to the first of these that has room.
  base::SmallVector<std::uint32_t, 8> allowing;
  // Every capability that was tried and did not allow, in order; empty when allowed.
  std::vector<TriedCapability> tried;
  std::string where;  // JSON pointer to what a deny entry fired on
};

// Pure. Allocates nothing for an ordinary call that is allowed.
// REQUIRES: `context` came from Compile.
[[nodiscard]] Verdict Evaluate(const Context& context, std::string_view tool,
                               json::Value arguments);

// For a call that found no room: what every capability whose pattern matches the tool answers to
// it, in order. Those that allow it failed by `rule`, the last of the checks.
// REQUIRES: `context` came from Compile; `arguments` is an object.
std::vector<TriedCapability> TriedWithoutRoom(const Context& context, std::string_view tool,
                                              json::Value arguments, std::string_view rule);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_EVALUATE_H_
