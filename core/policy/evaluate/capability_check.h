// Whether one capability allows a call, rates apart.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_CAPABILITY_CHECK_H_
#define CALLGATE_CORE_POLICY_EVALUATE_CAPABILITY_CHECK_H_

#include <cstdint>

#include "callgate/error.h"
#include "core/policy/evaluate/argument_search.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// What a capability looks at, one after the other.
enum class Stage : std::uint8_t { kMembers, kPaths, kDomains, kCommands, kValues };

struct CheckResult {
  [[nodiscard]] bool passed() const noexcept { return !fault; }

  // Why the capability does not allow the call; nothing more where it does.
  Fault fault;
  ErrorCode code;
  // Where it was refused. Of several capabilities that fail, the one that got furthest counts.
  Stage stage;
};

[[nodiscard]] CheckResult Check(const Capability& capability, const Arguments& arguments);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_CAPABILITY_CHECK_H_
