// Warnings about what loads and is probably not meant.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_H_

#include <vector>

#include "callgate/lint.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// Appends the warnings about one context: of its capabilities in order, then of its deny list.
// REQUIRES: `context` came from Compile.
void Lint(const Context& context, std::vector<LintWarning>& warnings);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_H_
