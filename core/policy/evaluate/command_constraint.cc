#include "core/policy/evaluate/command_constraint.h"

#include <algorithm>

#include "core/policy/evaluate/command_search.h"
#include "core/policy/evaluate/path_constraint.h"
#include "core/policy/values/path.h"

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

}  // namespace

std::string_view JudgePathWord(const Capability& capability, std::string_view word) {
  if (LooksLikePath(word)) {
    if (const std::string_view rule = JudgeOnePath(capability, word); !rule.empty()) return rule;
  }
  // A `..` segment further on would have denied above, so only the beginning is left to look at.
  // The count keeps a word of nothing but "=/" from costing the square of its length.
  constexpr int kMaxPathsInWord = 16;
  int paths = 0;
  for (std::size_t equals = word.find('='); equals != std::string_view::npos;
       equals = word.find('=')) {
    word.remove_prefix(equals + 1);
    if (!BeginsLikePath(word)) continue;
    if (++paths > kMaxPathsInWord) return "path.every";
    if (const std::string_view rule = JudgeOnePath(capability, word); !rule.empty()) return rule;
  }
  return {};
}

Fault JudgeCommand(const Capability& capability, const Arguments& arguments) {
  const CommandSearch search{capability.command_arguments, capability.free_arguments,
                             capability.exec};
  base::TextArena arena;
  WordBuffer words;
  std::uint32_t item;
  if (const Fault fault = search.Find(arguments, arena, words, item)) return fault;
  if (words.empty()) return capability.allow_absent ? Fault{} : Fault{"command.absent"};

  // Entries and subcommands hold no quote and nothing forbidden, so the words that equal theirs as
  // written need no further look, and a quoted word never equals one.
  Argv argv;
  for (const Word& word : words) argv.Append(word.raw);
  std::size_t matched = MatchedWords(capability, argv);
  if (matched == 0) return {"command.entry-prefix", item};
  if (const auto rule = JudgeSubcommand(capability, argv, matched); !rule.empty()) {
    return {rule, item};
  }
  if (!capability.path_allowlist) return {};
  for (std::size_t i = matched; i < words.size(); ++i) {
    if (const auto rule = JudgePathWord(capability, words[i].text); !rule.empty()) {
      return {rule, item};
    }
  }
  return {};
}

}  // namespace callgate::policy
