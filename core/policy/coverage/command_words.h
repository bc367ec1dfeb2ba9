// What the words of an accepted command use of the entry that accepts it.
#ifndef CALLGATE_CORE_POLICY_COVERAGE_COMMAND_WORDS_H_
#define CALLGATE_CORE_POLICY_COVERAGE_COMMAND_WORDS_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "core/policy/model/schema.h"
#include "core/policy/values/command.h"

namespace callgate::policy {

// An option, with its value where it has one, or an operand.
struct UsedWord {
  std::optional<std::size_t> option;  // its position in the list; without, it is an operand
  std::size_t operand = 0;            // the place of an operand, from 0
  const Schema* schema = nullptr;     // that `value` is judged by; null where any is accepted
  std::string_view value;
};

// REQUIRES: the entry accepts the words.
void ForEachUsedWord(const CommandRule& rule, const WordBuffer& words,
                     const std::function<void(const UsedWord&)>& visit);

// The position in `then` of the word that the command has of it; nullopt for an entry without.
// REQUIRES: the entry accepts the words.
std::optional<std::size_t> UsedThen(const CommandRule& rule, const WordBuffer& words);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COVERAGE_COMMAND_WORDS_H_
