// The warnings about texts that by their names go into URLs, paths or statements.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_TEXTS_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_TEXTS_H_

#include "core/policy/lint/findings.h"

namespace callgate::policy {

void LintTexts(const DeclaredArguments& arguments, const Warn& warn);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_TEXTS_H_
