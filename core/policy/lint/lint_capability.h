// The warnings about one capability by itself.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_CAPABILITY_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_CAPABILITY_H_

#include <string_view>

#include "core/policy/inclusion/subsumption.h"
#include "core/policy/lint/findings.h"

namespace callgate::policy {

// `capability` is one of the context.
void LintCapability(const Context& context, const Reached& capability, const Warn& warn);

// Of `*` by itself: it allows whatever tools a server comes to offer, and of these any value.
void LintStar(const Capability& capability, const Warn& warn);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_CAPABILITY_H_
