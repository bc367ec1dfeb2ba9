// What is known of programs that run others.
#ifndef CALLGATE_CORE_POLICY_LINT_PROGRAM_FACTS_H_
#define CALLGATE_CORE_POLICY_LINT_PROGRAM_FACTS_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callgate::policy {

// As programs.inc says.
struct ProgramFacts {
  enum class Kind : std::uint8_t { kPlain, kInterpreter, kWrapper, kRunner, kSubcommands };
  struct Option {
    std::string_view where;
    std::string_view option;
  };

  std::string_view name;
  Kind kind = Kind::kPlain;
  std::vector<std::string_view> harmless;
  std::map<std::string_view, std::string_view> files;  // by subcommand
  std::vector<Option> options;                         // those of STARTS, too
  std::vector<std::string_view> starts;                // among the options
  std::vector<std::string_view> operands;
  std::vector<std::string_view> valued;
  std::vector<std::string_view> switches;

  // The word behind the option is its value.
  bool IsValued(std::string_view option) const;
  // The word is an option behind which a program stands.
  bool IsStart(std::string_view word) const;
  // The first of the words behind the program that is no option, no value of one and no word behind
  // which code is still to come; empty without.
  std::string_view FirstOperand(std::span<const std::string> words) const;
};

// Of the program that a command begins with: its directories, its case, an ending such as `.exe`
// and a version (`python3.11`, `ruby-3.2`) say nothing. Null where nothing is known. Lives for
// ever.
[[nodiscard]] const ProgramFacts* FindProgram(std::string_view program);

inline bool IsOptionWord(std::string_view word) noexcept { return word.starts_with('-'); }

// The word, an option as documents declare it or as it stands in a command, is the option, or one
// that it may stand for: a beginning of a long one, or one of several short flags.
[[nodiscard]] bool IsOption(std::string_view word, std::string_view option) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_PROGRAM_FACTS_H_
