#include "core/policy/evaluate/deny_list.h"

#include "core/policy/evaluate/deny_kinds.h"

namespace callgate::policy {

Denial JudgeDenyList(const Context& context, const Positions& entries,
                     const Positions& capabilities, const Arguments& arguments) {
  EntriesOfKind paths, domains, commands;
  for (const std::uint32_t position : entries) {
    const DenyEntry* entry = &context.deny_list[position];
    if (std::holds_alternative<PathEntry>(entry->argument)) {
      paths.Append(entry);
    } else if (std::holds_alternative<DomainEntry>(entry->argument)) {
      domains.Append(entry);
    } else if (std::holds_alternative<CommandEntry>(entry->argument)) {
      commands.Append(entry);
    } else {
      return {{"deny.pattern"}, entry};
    }
  }
  Denial denial;
  if (!paths.empty()) denial = JudgeDeniedPaths(context, paths, capabilities, arguments);
  if (!denial && !domains.empty()) denial = JudgeDeniedDomains(context, domains, arguments);
  if (!denial && !commands.empty()) denial = JudgeDeniedCommands(context, commands, arguments);
  // Whatever else denies a value of the kind everywhere fires the entry, too.
  if (denial && !denial.rule.starts_with("deny.")) denial.rule = "deny.malformed";
  return denial;
}

}  // namespace callgate::policy
