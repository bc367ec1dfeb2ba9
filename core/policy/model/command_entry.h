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
  // argv[0], and with an option some word after that must hold it.
  [[nodiscard]] bool MatchesDenied(const std::string_view* argv, std::size_t argc) const noexcept;

  std::string text;                // the words joined with single spaces
  std::vector<std::string> words;  // at least one
  // Of a deny list: `--name`, `-name` or `-x`; empty without.
  std::string option;
};

// An option that a deny entry may name: one word of one or two dashes and a name without `=`.
[[nodiscard]] bool IsOptionName(std::string_view text);
// `-x`, which may stand among other letters. REQUIRES: IsOptionName(option).
[[nodiscard]] bool IsShortOption(std::string_view option) noexcept;
// A word, without its quotes, that could be the option for some program: of `--name` itself, each
// beginning of it and `-name`, all with or without a value; of `-x` each word with a single dash
// that holds `x` before a `=`. REQUIRES: IsOptionName(option).
[[nodiscard]] bool HoldsOption(std::string_view word, std::string_view option) noexcept;

// argv[0] without its directories.
inline std::string_view LastSegment(std::string_view program) noexcept {
  return program.substr(program.rfind('/') + 1);
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_COMMAND_ENTRY_H_
