#include "core/policy/evaluate/command_search.h"
#include "core/policy/evaluate/deny_kinds.h"

namespace callgate::policy {

Denial JudgeDeniedCommands(const Context& context, const EntriesOfKind& entries,
                           const Arguments& arguments) {
  const CommandSearch search{context.compiled->command_arguments(), kNothingFreed, Exec::kArgv};
  base::TextArena arena;
  Commands commands;
  if (const Fault fault = search.Find(arguments, arena, commands)) return {fault, entries[0]};
  const DenyEntry* fired = entries[0];
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const std::size_t begin = commands.BeginOf(i);
    const std::string_view rule =
        JudgeDeniedWords(entries, commands.words.data() + begin, commands.ends[i] - begin, fired);
    if (!rule.empty()) return {{rule, commands.item}, fired};
  }
  return {};
}

// With the elements of lists split on spaces, since a server may join them. The words of an entry
// hold no spaces, so it never matches argv as it stands without matching what is split, too.
std::string_view JudgeDeniedWords(const EntriesOfKind& entries, const Word* words,
                                  std::size_t count, const DenyEntry*& fired) {
  base::TextArena arena;
  WordBuffer first;  // obeys the rules of a word, wherever it came from, and holds no quote
  if (const auto rule = SplitListWord(words[0].raw, arena, first); !rule.empty()) return rule;
  if (first[0].text.size() != first[0].raw.size()) return "command.quote-elsewhere";
  base::SmallVector<std::string_view, 16> split;
  for (const Word* word = words; word != words + count; ++word) {
    if (!word->from_list) {
      split.Append(word->text);
      continue;
    }
    std::string_view rest = word->text;
    while (!rest.empty()) {
      const std::string_view part = rest.substr(0, rest.find(' '));
      rest.remove_prefix(part.size() < rest.size() ? part.size() + 1 : part.size());
      if (!part.empty()) split.Append(part);
    }
  }
  for (const DenyEntry* entry : entries) {
    if (As<CommandEntry>(entry).MatchesDenied(split.data(), split.size())) {
      fired = entry;
      return "deny.command";
    }
  }
  return {};
}

}  // namespace callgate::policy
