#include "core/policy/evaluate/deny_kinds.h"
#include "core/policy/evaluate/domain_constraint.h"
#include "core/policy/values/domain.h"

namespace callgate::policy {

Denial JudgeDeniedDomains(const Context& context, const EntriesOfKind& entries,
                          const Arguments& arguments) {
  const ArgumentSearch search{kDomainKey, LooksLikeUrl, context.compiled->domain_arguments(),
                              kNothingFreed, false};
  const DenyEntry* fired = entries[0];
  const Fault fault =
      search.ForEach(arguments, [&](std::uint32_t i, std::string_view value) -> Fault {
        Domain domain;
        if (const std::string_view rule = ParseDomain(value, domain); !rule.empty())
          return {rule, i};
        for (const DenyEntry* entry : entries) {
          fired = entry;
          if (As<DomainEntry>(entry).MatchesDenied(domain)) return {"deny.domain", i};
        }
        fired = entries[0];
        return {};
      });
  if (fault) return {fault, fired};
  return {JudgePorts(search, arguments), fired};
}

}  // namespace callgate::policy
