// Whether one capability allows a call, rates apart.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_CAPABILITY_CHECK_H_
#define CALLGATE_CORE_POLICY_EVALUATE_CAPABILITY_CHECK_H_

#include "callgate/error.h"
#include "core/policy/evaluate/argument_search.h"
#include "core/policy/evaluate/staged_fault.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

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
