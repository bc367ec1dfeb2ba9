// domain_allowlist: every host and URL of a call must be allowed.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_DOMAIN_CONSTRAINT_H_
#define CALLGATE_CORE_POLICY_EVALUATE_DOMAIN_CONSTRAINT_H_

#include "core/policy/evaluate/argument_search.h"
#include "core/policy/model/context.h"
#include "core/policy/values/domain.h"

namespace callgate::policy {

// REQUIRES: capability.domain_allowlist.
[[nodiscard]] Fault JudgeDomains(const Capability& capability, const Arguments& arguments);

// Calls `judge` with every number that is an address by its key, until it returns a fault.
template <typename Judge>  // Fault(std::uint32_t item, const Domain& domain)
Fault ForEachNumber(const Arguments& arguments, const KeyList& freed, Judge&& judge) {
  if ((arguments.classes() & kAddressKey) == 0) return {};
  for (std::uint32_t i = 0; i < arguments.size(); ++i) {
    const Item& item = arguments[i];
    if ((item.classes & kAddressKey) == 0 || Frees(freed, item.folded, item.classes)) continue;
    const std::optional<double> number = item.value.number_as_double();
    Domain domain;
    if (!number || !ReadNumber(*number, domain)) continue;
    if (const Fault fault = judge(i, domain)) return fault;
  }
  return {};
}

// A port, as an argument of its own, that stands next to a domain and is neither 80 nor 443.
[[nodiscard]] Fault JudgePorts(const ArgumentSearch& search, ListReading reading,
                               const Arguments& arguments);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_DOMAIN_CONSTRAINT_H_
