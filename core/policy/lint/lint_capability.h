// The warnings about one capability by itself.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_CAPABILITY_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_CAPABILITY_H_

#include <string_view>

#include "core/policy/inclusion/subsumption.h"
#include "core/policy/lint/findings.h"

namespace callgate::policy {

void LintCapability(const Reached& capability, const Warn& warn);

// Interpreters, and programs that start others when told to. `program` may hold directories and
// end in a version.
bool RunsOthers(std::string_view program);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_CAPABILITY_H_
