#include "core/policy/evaluate/command_constraint.h"

#include <algorithm>

#include "core/policy/evaluate/command_search.h"
#include "core/policy/evaluate/path_constraint.h"

namespace callgate::policy {
namespace {

using Argv = base::SmallVector<std::string_view, 16>;

// Number of words that the longest entry which matches holds; 0 when none does.
std::size_t MatchedWords(const Capability& capability, const Argv& argv) noexcept {
  std::size_t matched = 0;
  for (const CommandEntry& entry : *capability.command_allowlist) {
    if (entry.words.size() > matched && entry.Matches(argv.data(), argv.size())) {
      matched = entry.words.size();
    }
  }
  return matched;
}

// The rule that denies argv[1]; `matched` grows by it where it had to be listed.
std::string_view JudgeSubcommand(const Capability& capability, const Argv& argv,
                                 std::size_t& matched) {
  if (!capability.subcommand_allowlist) return {};
  const auto& lists = *capability.subcommand_allowlist;
  const auto by_name = lists.find(argv[0]);
  const auto by_segment = lists.find(LastSegment(argv[0]));
  if (by_name == lists.end() && by_segment == lists.end()) return {};
  if (argv.size() < 2) return "subcommand.missing";
  const auto is_listed = [&](auto list) {
    return list != lists.end() &&
           std::find(list->second.begin(), list->second.end(), argv[1]) != list->second.end();
  };
  if (!is_listed(by_name) && !is_listed(by_segment)) return "subcommand.listed";
  matched = std::max<std::size_t>(matched, 2);
  return {};
}

// The rule that denies one argv.
std::string_view JudgeArgv(const Capability& capability, const Word* words, std::size_t count) {
  // Entries and subcommands hold no quote and nothing forbidden, so the words that equal theirs as
  // written need no further look, and a quoted word never equals one.
  Argv argv;
  for (std::size_t i = 0; i < count; ++i) argv.Append(words[i].raw);
  std::size_t matched = MatchedWords(capability, argv);
  if (matched == 0) return "command.entry-prefix";
  if (const auto rule = JudgeSubcommand(capability, argv, matched); !rule.empty()) return rule;
  if (!capability.path_allowlist) return {};
  for (std::size_t i = 0; i < count; i = std::max(i + 1, matched)) {
    if (const auto rule = JudgePathWord(capability, words[i].text); !rule.empty()) return rule;
  }
  return {};
}

// One entry allows each of the commands: those of one list are as much one thing as one command.
bool HasEntryForAll(const Capability& capability, const Commands& commands) {
  const auto& entries = *capability.command_allowlist;
  return std::any_of(entries.begin(), entries.end(), [&](const CommandEntry& entry) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const std::size_t begin = commands.BeginOf(i);
      if (commands.ends[i] - begin < entry.words.size()) return false;
      for (std::size_t word = 0; word < entry.words.size(); ++word) {
        if (commands.words[begin + word].raw != entry.words[word]) return false;
      }
    }
    return true;
  });
}

}  // namespace

Fault JudgeCommand(const Capability& capability, const Arguments& arguments) {
  const CommandSearch search{capability.command_arguments, capability.free_arguments,
                             capability.exec};
  base::TextArena arena;
  Commands commands;
  if (const Fault fault = search.Find(arguments, arena, commands)) return fault;
  if (commands.empty()) return capability.allow_absent ? Fault{} : Fault{"command.absent"};
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const Word* const words = commands.words.data() + commands.BeginOf(i);
    const auto rule = JudgeArgv(capability, words, commands.ends[i] - commands.BeginOf(i));
    if (!rule.empty()) return {rule, commands.item};
  }
  if (commands.size() > 1 && !HasEntryForAll(capability, commands)) {
    return {"command.several", commands.item};
  }
  return {};
}

}  // namespace callgate::policy
