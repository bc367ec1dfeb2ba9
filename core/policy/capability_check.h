// Whether one capability allows a call, rates apart.
#ifndef CALLGATE_CORE_POLICY_CAPABILITY_CHECK_H_
#define CALLGATE_CORE_POLICY_CAPABILITY_CHECK_H_

#include "callgate/error.h"
#include "core/policy/argument_search.h"
#include "core/policy/context.h"

namespace callgate::policy {

// In the order of the checks. Of several capabilities that fail, the one that got furthest counts.
enum class Stage : std::uint8_t { kArguments, kPath, kDomain, kCommand, kPatterns, kPassed };

struct Answer {
  Stage stage;  // kPassed: allowed; else where it failed
  ErrorCode code;
  Fault fault;
};

[[nodiscard]] Answer Check(const Capability& capability, const Arguments& arguments);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_CAPABILITY_CHECK_H_
