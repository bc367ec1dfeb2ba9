// The warnings about declared arguments.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_DECLARED_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_DECLARED_H_

#include <cstddef>

#include "core/policy/inclusion/context_reach.h"
#include "core/policy/lint/lint_capability.h"

namespace callgate::policy {

// About the arguments of one capability by themselves.
void LintArguments(const DeclaredArguments& arguments, const Warn& warn);

// What a capability excepts and another of the context opens again, where no deny entry stops it.
void LintExcepts(const Context& context, std::size_t capability, const Warn& warn);

// Of the definitions of the context.
void LintDefinitions(const Context& context, const Warn& warn);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_DECLARED_H_
