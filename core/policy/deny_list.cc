#include "core/policy/deny_list.h"

#include "core/policy/command_search.h"
#include "core/policy/domain.h"
#include "core/policy/domain_constraint.h"
#include "core/policy/path.h"

namespace callgate::policy {
namespace {

// free_arguments frees nothing from a deny list.
const KeyList kNothingFreed;

template <typename Entry>
using EntriesOf = InlineBuffer<const Entry*, 16>;

bool AnyCovers(const EntriesOf<PathEntry>& entries, std::string_view path, std::string_view base) {
  PathBuffer buffer;
  const std::string_view normal = NormalizePath(path, base, buffer);
  for (const PathEntry* entry : entries) {
    if (entry->MatchesDenied(normal)) return true;
  }
  return false;
}

// A relative path could mean any of the directories that the capabilities on the tool name.
std::string_view JudgeRelative(const Context& context, const EntriesOf<PathEntry>& entries,
                               const Positions& capabilities, std::string_view path) {
  for (const std::uint32_t position : capabilities) {
    const auto& base = context.capabilities[position].base_directory;
    if (!base || AnyCovers(entries, path, base->text)) return "deny.relative";
  }
  return {};
}

Fault JudgePaths(const Context& context, const EntriesOf<PathEntry>& entries,
                 const Positions& capabilities, const Arguments& arguments) {
  const ArgumentSearch search{kPathKey, LooksLikePath, context.compiled->path_arguments(),
                              kNothingFreed, false};
  return search.ForEach(arguments, [&](std::uint32_t i, std::string_view path) -> Fault {
    if (const auto rule = JudgePath(path).rule; !rule.empty()) return {rule, i};
    if (!IsAbsolutePath(path)) return {JudgeRelative(context, entries, capabilities, path), i};
    return {AnyCovers(entries, path, {}) ? "deny.path" : "", i};
  });
}

Fault JudgeDomains(const Context& context, const EntriesOf<DomainEntry>& entries,
                   const Arguments& arguments) {
  const ArgumentSearch search{kDomainKey, LooksLikeUrl, context.compiled->domain_arguments(),
                              kNothingFreed, false};
  const Fault fault =
      search.ForEach(arguments, [&](std::uint32_t i, std::string_view value) -> Fault {
        Domain domain;
        if (const std::string_view rule = ParseDomain(value, domain); !rule.empty())
          return {rule, i};
        for (const DomainEntry* entry : entries) {
          if (entry->MatchesDenied(domain)) return {"deny.domain", i};
        }
        return {};
      });
  if (fault) return fault;
  return JudgePorts(search, arguments);
}

// With the elements of lists split on spaces, since a server may join them. The words of an entry
// hold no spaces, so it never matches argv as it stands without matching what is split, too.
Fault JudgeCommand(const Context& context, const EntriesOf<CommandEntry>& entries,
                   const Arguments& arguments) {
  const CommandSearch search{context.compiled->command_arguments(), kNothingFreed, Exec::kArgv};
  TextArena arena;
  WordBuffer words;
  std::uint32_t item;
  if (const Fault fault = search.Find(arguments, arena, words, item)) return fault;
  if (words.empty()) return {};

  WordBuffer first;  // obeys the rules of a word, wherever it came from, and holds no quote
  if (const auto rule = SplitListWord(words[0].raw, arena, first); !rule.empty()) {
    return {rule, item};
  }
  if (first[0].text.size() != first[0].raw.size()) return {"command.quote-elsewhere", item};
  InlineBuffer<std::string_view, 16> split;
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
  for (const CommandEntry* entry : entries) {
    if (entry->MatchesDenied(split.data(), split.size())) return {"deny.command", item};
  }
  return {};
}

}  // namespace

Fault JudgeDenyList(const Context& context, const Positions& entries, const Positions& capabilities,
                    const Arguments& arguments) {
  EntriesOf<PathEntry> paths;
  EntriesOf<DomainEntry> domains;
  EntriesOf<CommandEntry> commands;
  for (const std::uint32_t position : entries) {
    const auto& argument = context.deny_list[position].argument;
    if (const auto* path = std::get_if<PathEntry>(&argument)) {
      paths.Append(path);
    } else if (const auto* domain = std::get_if<DomainEntry>(&argument)) {
      domains.Append(domain);
    } else if (const auto* command = std::get_if<CommandEntry>(&argument)) {
      commands.Append(command);
    } else {
      return {"deny.pattern"};
    }
  }
  Fault fault;
  if (!paths.empty()) fault = JudgePaths(context, paths, capabilities, arguments);
  if (!fault && !domains.empty()) fault = JudgeDomains(context, domains, arguments);
  if (!fault && !commands.empty()) fault = JudgeCommand(context, commands, arguments);
  // Whatever else denies a value of the kind everywhere fires the entry, too.
  if (fault && !fault.rule.starts_with("deny.")) fault.rule = "deny.malformed";
  return fault;
}

}  // namespace callgate::policy
