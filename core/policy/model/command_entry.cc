#include "core/policy/model/command_entry.h"

#include "core/policy/values/command.h"

namespace callgate::policy {

std::optional<CommandEntry> CommandEntry::Parse(std::string_view text) {
  base::TextArena arena;
  WordBuffer words;
  if (!SplitCommand(text, arena, words).empty()) return std::nullopt;
  if (IsAssignment(words[0].raw)) return std::nullopt;
  CommandEntry entry;
  for (const Word& word : words) {
    if (word.raw.find_first_of("'\"") != std::string_view::npos) return std::nullopt;
    if (!entry.text.empty()) entry.text += ' ';
    entry.text += word.raw;
    entry.words.emplace_back(word.raw);
  }
  return entry;
}

bool CommandEntry::Matches(const std::string_view* argv, std::size_t argc) const noexcept {
  if (argc < words.size()) return false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (argv[i] != words[i]) return false;
  }
  return true;
}

bool CommandEntry::MatchesDenied(const std::string_view* argv, std::size_t argc) const noexcept {
  if (argc < words.size()) return false;
  const bool by_last_segment = words[0].find('/') == std::string::npos;
  if (argv[0] != words[0] && !(by_last_segment && LastSegment(argv[0]) == words[0])) return false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (argv[i] != words[i]) return false;
  }
  return true;
}

}  // namespace callgate::policy
