#include "core/policy/coverage/command_words.h"

#include <algorithm>

#include "core/policy/evaluate/declared_command.h"

namespace callgate::policy {
namespace {

// No two options of an entry read the same word.
std::size_t OptionThatReads(const CommandRule& rule, std::string_view word) {
  const auto found = std::ranges::find_if(rule.options, [&](const CommandOption& option) {
    return option.shape == CommandOption::Shape::kAttached
               ? word.size() > option.name.size() && word.starts_with(option.name)
               : word == option.name;
  });
  return static_cast<std::size_t>(found - rule.options.begin());
}

}  // namespace

void ForEachUsedWord(const CommandRule& rule, const WordBuffer& words,
                     const std::function<void(const UsedWord&)>& visit) {
  CommandReading reading(rule, words);
  if (!reading.Begin().empty()) return;
  std::size_t operands = 0;
  while (!reading.done()) {
    const std::string_view word = words[reading.at()].text;
    const CommandReading::Step step = reading.Next();
    UsedWord used{std::nullopt, 0, step.schema, step.value};
    if (word.starts_with('-')) {
      used.option = OptionThatReads(rule, word);
    } else {
      used.operand = operands++;
    }
    visit(used);
  }
}

std::optional<std::size_t> UsedThen(const CommandRule& rule, const WordBuffer& words) {
  if (!rule.then || words.size() <= rule.words.size()) return std::nullopt;
  const auto found = std::ranges::find(*rule.then, words[rule.words.size()].raw);
  return static_cast<std::size_t>(found - rule.then->begin());
}

}  // namespace callgate::policy
