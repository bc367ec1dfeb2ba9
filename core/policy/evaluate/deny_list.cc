#include "core/policy/evaluate/deny_list.h"

#include "core/policy/evaluate/command_search.h"
#include "core/policy/evaluate/domain_constraint.h"
#include "core/policy/values/domain.h"
#include "core/policy/values/path.h"

namespace callgate::policy {
namespace {

// free_arguments frees nothing from a deny list.
const KeyList kNothingFreed;

// The entries of one kind, at least one. The first fires on whatever is malformed.
using Entries = base::SmallVector<const DenyEntry*, 16>;

template <typename Kind>
const Kind& As(const DenyEntry* entry) noexcept {
  return *std::get_if<Kind>(&entry->argument);
}

// `fired` becomes the entry that covers the path, or the first.
bool AnyCovers(const Entries& entries, std::string_view path, std::string_view base,
               const DenyEntry*& fired) {
  PathBuffer buffer;
  const std::string_view normal = NormalizePath(path, base, buffer);
  for (const DenyEntry* entry : entries) {
    fired = entry;
    if (As<PathEntry>(entry).MatchesDenied(normal)) return true;
  }
  fired = entries[0];
  return false;
}

// A relative path could mean any of the directories that the capabilities on the tool name.
std::string_view JudgeRelative(const Context& context, const Entries& entries,
                               const Positions& capabilities, std::string_view path,
                               const DenyEntry*& fired) {
  for (const std::uint32_t position : capabilities) {
    const auto& base = context.capabilities[position].base_directory;
    if (!base || AnyCovers(entries, path, base->text, fired)) return "deny.relative";
  }
  return {};
}

Denial JudgePaths(const Context& context, const Entries& entries, const Positions& capabilities,
                  const Arguments& arguments) {
  const ArgumentSearch search{kPathKey, LooksLikePath, context.compiled->path_arguments(),
                              kNothingFreed, false};
  const DenyEntry* fired = entries[0];
  const Fault fault =
      search.ForEach(arguments, [&](std::uint32_t i, std::string_view path) -> Fault {
        if (const auto rule = JudgePath(path).rule; !rule.empty()) return {rule, i};
        if (!IsAbsolutePath(path)) {
          return {JudgeRelative(context, entries, capabilities, path, fired), i};
        }
        return {AnyCovers(entries, path, {}, fired) ? "deny.path" : "", i};
      });
  return {fault, fired};
}

Denial JudgeDomains(const Context& context, const Entries& entries, const Arguments& arguments) {
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

// With the elements of lists split on spaces, since a server may join them. The words of an entry
// hold no spaces, so it never matches argv as it stands without matching what is split, too.
Denial JudgeCommand(const Context& context, const Entries& entries, const Arguments& arguments) {
  const CommandSearch search{context.compiled->command_arguments(), kNothingFreed, Exec::kArgv};
  base::TextArena arena;
  WordBuffer words;
  std::uint32_t item;
  if (const Fault fault = search.Find(arguments, arena, words, item)) return {fault, entries[0]};
  if (words.empty()) return {};

  WordBuffer first;  // obeys the rules of a word, wherever it came from, and holds no quote
  if (const auto rule = SplitListWord(words[0].raw, arena, first); !rule.empty()) {
    return {{rule, item}, entries[0]};
  }
  if (first[0].text.size() != first[0].raw.size()) {
    return {{"command.quote-elsewhere", item}, entries[0]};
  }
  base::SmallVector<std::string_view, 16> split;
  for (const Word& word : words) {
    if (!word.from_list) {
      split.Append(word.text);
      continue;
    }
    std::string_view rest = word.text;
    while (!rest.empty()) {
      const std::string_view part = rest.substr(0, rest.find(' '));
      rest.remove_prefix(part.size() < rest.size() ? part.size() + 1 : part.size());
      if (!part.empty()) split.Append(part);
    }
  }
  for (const DenyEntry* entry : entries) {
    if (As<CommandEntry>(entry).MatchesDenied(split.data(), split.size())) {
      return {{"deny.command", item}, entry};
    }
  }
  return {};
}

}  // namespace

Denial JudgeDenyList(const Context& context, const Positions& entries,
                     const Positions& capabilities, const Arguments& arguments) {
  Entries paths, domains, commands;
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
  if (!paths.empty()) denial = JudgePaths(context, paths, capabilities, arguments);
  if (!denial && !domains.empty()) denial = JudgeDomains(context, domains, arguments);
  if (!denial && !commands.empty()) denial = JudgeCommand(context, commands, arguments);
  // Whatever else denies a value of the kind everywhere fires the entry, too.
  if (denial && !denial.rule.starts_with("deny.")) denial.rule = "deny.malformed";
  return denial;
}

}  // namespace callgate::policy
