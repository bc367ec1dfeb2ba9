// Whether deny entries for paths and domains fire on single values, and on what a kind accepts.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_DENIED_VALUES_H_
#define CALLGATE_CORE_POLICY_INCLUSION_DENIED_VALUES_H_

#include <string_view>
#include <vector>

#include "core/policy/inclusion/kind_subsumption.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// The path, joined to the base where it is relative, is well-formed and not covered.
[[nodiscard]] bool NeverCovers(const PathEntry& entry, std::string_view text, const Base& base);
// The entry, which sees relative paths from `base`, covers nothing that the kind accepts, which
// joins them to `own`. False where that is not certain; likewise below.
[[nodiscard]] bool NeverMeets(const PathEntry& entry, const Base& base, const PathKind& kind,
                              const Base& own);
// Whatever relative path the entry covers from `base`, one of `others`, deny entries for paths,
// covers from `own`.
[[nodiscard]] bool IsRelativeDenied(const PathEntry& entry, const Base& base,
                                    const std::vector<const DenyEntry*>& others, const Base& own);

// The domain is well-formed and not covered.
[[nodiscard]] bool Spares(const DomainEntry& entry, std::string_view text);
[[nodiscard]] bool NeverMeets(const DomainEntry& entry, const HostKind& kind);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_DENIED_VALUES_H_
