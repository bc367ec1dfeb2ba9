// An entry of a command allowlist or of a deny list.
#ifndef CALLGATE_CORE_POLICY_MODEL_COMMAND_ENTRY_H_
#define CALLGATE_CORE_POLICY_MODEL_COMMAND_ENTRY_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callgate::policy {

struct CommandEntry {
  // Nullopt for what has no word, or holds a quote, a control character or one that is forbidden in
  // commands.
  static std::optional<CommandEntry> Parse(std::string_view text);

  // The words are a prefix of argv.
  [[nodiscard]] bool Matches(const std::string_view* argv, std::size_t argc) const noexcept;
  // As an entry of a deny list: a first word without a slash also covers the last segment of
  // argv[0].
  [[nodiscard]] bool MatchesDenied(const std::string_view* argv, std::size_t argc) const noexcept;

  std::string text;                // the words joined with single spaces
  std::vector<std::string> words;  // at least one
};

// argv[0] without its directories.
inline std::string_view LastSegment(std::string_view program) noexcept {
  return program.substr(program.rfind('/') + 1);
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_COMMAND_ENTRY_H_
