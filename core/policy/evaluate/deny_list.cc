#include "core/policy/evaluate/deny_list.h"

#include "core/policy/evaluate/deny_kinds.h"

namespace callgate::policy {

Denial JudgeDeniedGuesses(const Context& context, const DenyEntries& entries,
                          const Positions& capabilities, const Arguments& arguments) {
  Denial denial;
  if (!entries.paths.empty()) {
    denial = JudgeDeniedPaths(context, entries.paths, capabilities, arguments);
  }
  if (!denial && !entries.domains.empty()) {
    denial = JudgeDeniedDomains(context, entries.domains, arguments);
  }
  if (!denial && !entries.commands.empty()) {
    denial = JudgeDeniedCommands(context, entries.commands, arguments);
  }
  return denial;
}

Denial JudgeDenyList(const Context& context, const Positions& entries,
                     const Positions& capabilities, const Arguments& arguments, CallPaths& paths) {
  DenyEntries with_kind;
  for (const std::uint32_t position : entries) {
    const DenyEntry* entry = &context.deny_list[position];
    if (std::holds_alternative<PathEntry>(entry->argument)) {
      with_kind.paths.Append(entry);
    } else if (std::holds_alternative<DomainEntry>(entry->argument)) {
      with_kind.domains.Append(entry);
    } else if (std::holds_alternative<CommandEntry>(entry->argument)) {
      with_kind.commands.Append(entry);
    } else {
      return {{"deny.pattern"}, entry};
    }
  }
  Positions in_short_form;
  for (const std::uint32_t i : capabilities) {
    if (!context.capabilities[i].arguments) in_short_form.Append(i);
  }
  Denial denial;
  if (!in_short_form.empty() || capabilities.empty()) {
    denial = JudgeDeniedGuesses(context, with_kind, in_short_form, arguments);
  }
  const DeclaredArguments* seen = nullptr;
  for (const std::uint32_t i : capabilities) {
    if (denial) break;
    const auto& declared = context.capabilities[i].arguments;
    if (!declared) continue;
    const bool is_alone = capabilities.size() == 1;
    denial = JudgeDeniedDeclared(context, with_kind, i, is_alone, seen, arguments, paths);
    seen = &*declared;
  }
  // Whatever else denies a value of the kind everywhere fires the entry, too.
  if (denial && !denial.rule.starts_with("deny.")) denial.rule = "deny.malformed";
  return denial;
}

}  // namespace callgate::policy
