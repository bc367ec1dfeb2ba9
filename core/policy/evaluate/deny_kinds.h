// The deny entries of one kind: whether any fires on a call.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_DENY_KINDS_H_
#define CALLGATE_CORE_POLICY_EVALUATE_DENY_KINDS_H_

#include "core/policy/evaluate/deny_list.h"

namespace callgate::policy {

// At least one. The first fires on whatever is malformed.
using EntriesOfKind = base::SmallVector<const DenyEntry*, 16>;

// `capabilities` are those on the tool.
[[nodiscard]] Denial JudgeDeniedPaths(const Context& context, const EntriesOfKind& entries,
                                      const Positions& capabilities, const Arguments& arguments);
[[nodiscard]] Denial JudgeDeniedDomains(const Context& context, const EntriesOfKind& entries,
                                        const Arguments& arguments);
[[nodiscard]] Denial JudgeDeniedCommands(const Context& context, const EntriesOfKind& entries,
                                         const Arguments& arguments);

// free_arguments frees nothing from a deny list.
inline const KeyList kNothingFreed;

template <typename Kind>
const Kind& As(const DenyEntry* entry) noexcept {
  return *std::get_if<Kind>(&entry->argument);
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_DENY_KINDS_H_
