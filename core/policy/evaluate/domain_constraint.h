// domain_allowlist: every host and URL of a call must be allowed.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_DOMAIN_CONSTRAINT_H_
#define CALLGATE_CORE_POLICY_EVALUATE_DOMAIN_CONSTRAINT_H_

#include "core/policy/evaluate/argument_search.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// REQUIRES: capability.domain_allowlist.
[[nodiscard]] Fault JudgeDomains(const Capability& capability, const Arguments& arguments);

// A port, as an argument of its own, that stands next to a domain and is neither 80 nor 443.
[[nodiscard]] Fault JudgePorts(const ArgumentSearch& search, const Arguments& arguments);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_DOMAIN_CONSTRAINT_H_
