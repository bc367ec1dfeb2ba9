#include "core/policy/evaluate/deny_kinds.h"
#include "core/policy/evaluate/domain_constraint.h"
#include "core/policy/values/domain.h"
#include "core/policy/values/text.h"

namespace callgate::policy {

Denial JudgeDeniedDomains(const Context& context, const EntriesOfKind& entries,
                          const Arguments& arguments) {
  const ArgumentSearch search{kDomainKey, LooksLikeUrl, context.compiled->domain_arguments(),
                              kNothingFreed, false};
  const DenyEntry* fired = entries[0];
  const auto judge = [&](std::uint32_t i, const Domain& domain) -> Fault {
    for (const DenyEntry* entry : entries) {
      fired = entry;
      if (As<DomainEntry>(entry).MatchesDenied(domain)) return {"deny.domain", i};
    }
    fired = entries[0];
    return {};
  };
  const Fault fault =
      search.ForEach(arguments, [&](std::uint32_t i, std::string_view value) -> Fault {
        // Under an exempt word nothing fires but what is covered: what is no URL from end to end,
        // outer white space aside, is prose or code.
        const bool exempt = search.IsExempt(arguments[i]);
        if (exempt) value = WithoutOuterWhiteSpace(value);
        Domain domain;
        const std::string_view rule = ParseDomain(value, domain);
        if (rule.empty()) return judge(i, domain);
        if (exempt) return {};
        // Whatever it is, it fires; of the entries, best one that covers what clients make of it.
        if (ReadHost(value, domain) && judge(i, domain)) return {"deny.domain", i};
        return {rule, i};
      });
  if (fault) return {fault, fired};
  if (const Fault number = ForEachNumber(arguments, kNothingFreed, judge)) return {number, fired};
  return {JudgePorts(search, arguments), fired};
}

}  // namespace callgate::policy
