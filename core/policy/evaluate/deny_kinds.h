// The deny entries of one kind: whether any fires on a call.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_DENY_KINDS_H_
#define CALLGATE_CORE_POLICY_EVALUATE_DENY_KINDS_H_

#include "core/policy/evaluate/deny_list.h"
#include "core/policy/values/command.h"

namespace callgate::policy {

// At least one. The first fires on whatever is malformed.
using EntriesOfKind = base::SmallVector<const DenyEntry*, 16>;

// Those of a context that are for a tool and have a kind.
struct DenyEntries {
  EntriesOfKind paths;
  EntriesOfKind domains;
  EntriesOfKind commands;
};

// What they find by guessing. A relative path is joined to the directories of `capabilities`; it
// fires where one of them has none.
[[nodiscard]] Denial JudgeDeniedGuesses(const Context& context, const DenyEntries& entries,
                                        const Positions& capabilities, const Arguments& arguments);
// What they see as one capability declares it, but for what they saw by the same definition in
// `seen`, which may be null. `is_alone`: no other capability matches the tool. REQUIRES: the
// capability declares its arguments.
[[nodiscard]] Denial JudgeDeniedDeclared(const Context& context, const DenyEntries& entries,
                                         std::uint32_t capability, bool is_alone,
                                         const DeclaredArguments* seen, const Arguments& arguments,
                                         CallPaths& paths);

// `capabilities` as above.
[[nodiscard]] Denial JudgeDeniedPaths(const Context& context, const EntriesOfKind& entries,
                                      const Positions& capabilities, const Arguments& arguments);
[[nodiscard]] Denial JudgeDeniedDomains(const Context& context, const EntriesOfKind& entries,
                                        const Arguments& arguments);
[[nodiscard]] Denial JudgeDeniedCommands(const Context& context, const EntriesOfKind& entries,
                                         const Arguments& arguments);

// The rule by which an entry fires on argv: "deny.command" where one covers it, then `fired`, else
// what is wrong with its first word; empty where none does. REQUIRES: `count` is 1 or more.
[[nodiscard]] std::string_view JudgeDeniedWords(const EntriesOfKind& entries, const Word* words,
                                                std::size_t count, const DenyEntry*& fired);

// free_arguments frees nothing from a deny list.
inline const KeyList kNothingFreed;

template <typename Kind>
const Kind& As(const DenyEntry* entry) noexcept {
  return *std::get_if<Kind>(&entry->argument);
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_DENY_KINDS_H_
