#include "core/policy/lint/program_facts.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "core/base/ascii.h"
#include "core/policy/model/command_entry.h"

namespace callgate::policy {
namespace {

using Programs = std::unordered_map<std::string_view, ProgramFacts>;

Programs ReadPrograms() {
  Programs programs;
  const auto of = [&](std::string_view name) -> ProgramFacts& {
    ProgramFacts& facts = programs[name];
    facts.name = name;
    return facts;
  };
  using Kind = ProgramFacts::Kind;
#define INTERPRETER(name) of(name).kind = Kind::kInterpreter;
#define WRAPPER(name) of(name).kind = Kind::kWrapper;
#define RUNNER(name) of(name).kind = Kind::kRunner;
#define SUBCOMMANDS(name) of(name).kind = Kind::kSubcommands;
#define HARMLESS(name, subcommand) of(name).harmless.push_back(subcommand);
#define FILES(name, subcommand, file) of(name).files[subcommand] = file;
#define OPTION(name, where, option) of(name).options.push_back({where, option});
#define STARTS(name, option)                 \
  of(name).options.push_back({"*", option}); \
  of(name).starts.push_back(option);
#define OPERAND(name, text) of(name).operands.push_back(text);
#define VALUED(name, option) of(name).valued.push_back(option);
#define SWITCH(name, word) of(name).switches.push_back(word);
#include "core/policy/lint/programs.inc"
#undef INTERPRETER
#undef WRAPPER
#undef RUNNER
#undef SUBCOMMANDS
#undef HARMLESS
#undef FILES
#undef OPTION
#undef STARTS
#undef OPERAND
#undef VALUED
#undef SWITCH
  return programs;
}

}  // namespace

bool ProgramFacts::IsValued(std::string_view option) const {
  return std::ranges::find(valued, option) != valued.end();
}

bool ProgramFacts::IsStart(std::string_view word) const {
  return std::ranges::any_of(starts, [&](std::string_view option) {
    return IsOption(word, option) && word.back() == option.back();
  });
}

std::string_view ProgramFacts::FirstOperand(std::span<const std::string> words) const {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (IsValued(words[i])) {
      ++i;
    } else if (!IsOptionWord(words[i]) && std::ranges::find(switches, words[i]) == switches.end()) {
      return words[i];
    }
  }
  return {};
}

const ProgramFacts* FindProgram(std::string_view program) {
  static const Programs programs = ReadPrograms();
  const auto find = [](std::string_view name) -> const ProgramFacts* {
    const auto found = programs.find(name);
    return found == programs.end() ? nullptr : &found->second;
  };
  std::string lower(LastSegment(program));
  std::ranges::transform(lower, lower.begin(), base::ToAsciiLower);
  std::string_view name = lower;
  for (const std::string_view ending : {".exe", ".cmd", ".bat", ".ps1"}) {
    if (name.size() > ending.size() && name.ends_with(ending)) {
      name.remove_suffix(ending.size());
      break;
    }
  }
  if (const ProgramFacts* const facts = find(name)) return facts;
  while (!name.empty() &&
         (base::IsAsciiDigit(name.back()) || name.back() == '.' || name.back() == '-')) {
    name.remove_suffix(1);
  }
  return name.empty() ? nullptr : find(name);
}

bool IsOption(std::string_view word, std::string_view option) noexcept {
  constexpr std::size_t kMostFlags = 3;  // `-xzf`; more letters are a name, as in `-maxdepth`
  word = word.substr(0, word.find('='));
  if (word == option) return true;
  if (word.starts_with("--")) {
    return word.size() > 2 && option.starts_with("--") && option.starts_with(word);
  }
  return word.starts_with('-') && option.size() == 2 && word.size() <= 1 + kMostFlags &&
         word.find(option[1], 1) != std::string_view::npos;
}

}  // namespace callgate::policy
