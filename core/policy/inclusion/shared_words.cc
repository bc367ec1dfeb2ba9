#include "core/policy/inclusion/shared_words.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "core/policy/evaluate/declared_command.h"

namespace callgate::policy {
namespace {

using Shape = CommandOption::Shape;

std::size_t FixedWords(const CommandRule& rule) { return rule.words.size() + (rule.then ? 1 : 0); }

// The entry can take `word` as its own at a place below FixedWords.
bool TakesAt(const CommandRule& rule, std::size_t place, std::string_view word) {
  if (place < rule.words.size()) return rule.words[place] == word;
  return std::find(rule.then->begin(), rule.then->end(), word) != rule.then->end();
}

// The own words of both can stand at the place.
bool AgreeAt(const CommandRule& one, const CommandRule& other, std::size_t place) {
  if (place < one.words.size()) return TakesAt(other, place, one.words[place]);
  return std::any_of(one.then->begin(), one.then->end(),
                     [&](const std::string& word) { return TakesAt(other, place, word); });
}

// `one` refuses what `longer` reads behind the own words of `one` as its own.
bool RefusesWordsOf(const CommandRule& one, const CommandRule& longer) {
  if (FixedWords(one) >= longer.words.size()) return false;
  WordBuffer words;
  for (const std::string& word : longer.words) words.Append({word, word, false});
  CommandReading reading(one, words);
  if (!reading.Begin().empty()) return true;
  while (!reading.done()) {
    const std::string_view rule = reading.Next().rule;
    // The value of an option may stand in the words that follow.
    if (rule == "operand.option-value") return false;
    if (!rule.empty()) return true;
  }
  return false;
}

bool ReadsNone(const CommandRule& one, const CommandRule& other) {
  const std::size_t shared = std::min(FixedWords(one), FixedWords(other));
  for (std::size_t place = 0; place < shared; ++place) {
    if (!AgreeAt(one, other, place)) return true;
  }
  return RefusesWordsOf(one, other) || RefusesWordsOf(other, one);
}

// A word can be read as either.
bool ShareWord(const CommandOption& one, const CommandOption& other) {
  const auto begins = [](const CommandOption& attached, const CommandOption& option) {
    return attached.shape == Shape::kAttached && option.name.starts_with(attached.name);
  };
  return one.name == other.name || begins(one, other) || begins(other, one);
}

bool ShareOptions(const CommandRule& one, const CommandRule& other, const SharedWord& holds) {
  return std::all_of(one.options.begin(), one.options.end(), [&](const CommandOption& option) {
    return std::all_of(
        other.options.begin(), other.options.end(), [&](const CommandOption& beside) {
          if (!ShareWord(option, beside)) return true;
          if (option.shape != beside.shape || option.name != beside.name) return false;
          return option.shape == Shape::kFlag || holds(option.value.get(), beside.value.get());
        });
  });
}

const Schema* OperandAt(const CommandRule& rule, std::size_t place) {
  if (place >= rule.max_operands) return nullptr;
  if (rule.operands_by_place.empty()) return rule.operand.get();
  return place < rule.operands_by_place.size() ? rule.operands_by_place[place].get() : nullptr;
}

bool ShareOperands(const CommandRule& one, const CommandRule& other, const SharedWord& holds) {
  // Behind the places of both, one schema stands for all.
  const std::size_t places = std::max(one.operands_by_place.size(), other.operands_by_place.size());
  for (std::size_t place = 0; place <= places; ++place) {
    const Schema* const operand = OperandAt(one, place);
    const Schema* const beside = OperandAt(other, place);
    if (operand == nullptr || beside == nullptr) return true;
    if (!holds(operand, beside)) return false;
  }
  return true;
}

}  // namespace

bool ForSharedWords(const CommandRule& one, const CommandRule& other, const SharedWord& holds) {
  if (ReadsNone(one, other)) return true;
  return FixedWords(one) == FixedWords(other) && ShareOptions(one, other, holds) &&
         ShareOperands(one, other, holds);
}

}  // namespace callgate::policy
