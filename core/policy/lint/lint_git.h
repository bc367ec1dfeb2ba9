// The warning about operands of git, each of which may be a revision or a file.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_GIT_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_GIT_H_

#include "core/policy/lint/findings.h"

namespace callgate::policy {

// About the declared commands of the capability.
void LintGit(const Context& context, const Capability& capability, const Warn& warn);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_GIT_H_
