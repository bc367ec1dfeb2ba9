#include "core/policy/inclusion/word_gap.h"

#include <algorithm>

#include "core/policy/evaluate/path_constraint.h"

namespace callgate::policy {

// What follows the words that an entry matched is judged for paths. `inner` judges what follows
// `words`; this says whether `outer` passes those of them that it would judge.
bool DoWordsPass(const Capability& outer, const Words& words, std::size_t matched) {
  if (!outer.path_allowlist) return true;
  return std::all_of(words.begin() + static_cast<std::ptrdiff_t>(std::min(matched, words.size())),
                     words.end(),
                     [&](std::string_view word) { return JudgePathWord(outer, word).empty(); });
}

std::optional<Constraint> FindWordGap(const Capability& outer, const Words& words) {
  std::size_t matched = 0;
  for (const CommandEntry& entry : *outer.command_allowlist) {
    if (entry.words.size() > matched && entry.Matches(words.data(), words.size())) {
      matched = entry.words.size();
    }
  }
  if (matched == 0) return Constraint::kCommandAllowlist;
  const Subcommands subcommands = SubcommandsOf(outer, words[0]);
  if (subcommands.held) {
    if (words.size() < 2) return Constraint::kSubcommandAllowlist;
    const auto& listed = subcommands.listed;
    if (std::find(listed.begin(), listed.end(), words[1]) == listed.end()) {
      return Constraint::kSubcommandAllowlist;
    }
    matched = std::max<std::size_t>(matched, 2);
  }
  if (!DoWordsPass(outer, words, matched)) return Constraint::kCommandAllowlist;
  return std::nullopt;
}

}  // namespace callgate::policy
