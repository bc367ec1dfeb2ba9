#include "core/policy/model/command_entry.h"

#include <algorithm>

#include "core/policy/values/command.h"

namespace callgate::policy {
namespace {

bool IsOneCharacter(std::string_view text) noexcept {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
  return size == text.size();
}

}  // namespace

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
  if (option.empty()) return true;
  return std::any_of(argv + 1, argv + argc,
                     [this](std::string_view word) { return HoldsOption(word, option); });
}

bool IsOptionName(std::string_view text) {
  if (!text.starts_with('-') || text.find('=') != std::string_view::npos) return false;
  if (text.find_first_not_of('-') > 2) return false;
  const auto entry = CommandEntry::Parse("x " + std::string(text));
  return entry && entry->words.size() == 2 && entry->words[1] == text;
}

bool IsShortOption(std::string_view option) noexcept {
  return !option.starts_with("--") && IsOneCharacter(option.substr(1));
}

bool HoldsOption(std::string_view word, std::string_view option) noexcept {
  if (!word.starts_with('-')) return false;
  word = word.substr(0, word.find('='));
  const bool is_long_word = word.starts_with("--");
  const std::string_view in_word = word.substr(is_long_word ? 2 : 1);
  const std::string_view name = option.substr(option.find_first_not_of('-'));
  if (IsShortOption(option)) {
    return !is_long_word && in_word.find(name) != std::string_view::npos;
  }
  return is_long_word ? !in_word.empty() && name.starts_with(in_word) : in_word == name;
}

}  // namespace callgate::policy
