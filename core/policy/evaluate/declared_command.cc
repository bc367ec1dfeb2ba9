#include "core/policy/evaluate/declared_command.h"

#include <algorithm>

namespace callgate::policy {
namespace {

std::string_view TakeWords(json::Value value, Exec exec, base::TextArena& arena,
                           WordBuffer& words) {
  if (value.is_string()) return SplitCommand(value.string(), arena, words);
  if (!value.is_array()) return "command.value";
  for (const json::Value element : value.elements()) {
    if (!element.is_string()) return "command.value";
    const std::string_view rule = exec == Exec::kArgv
                                      ? TakeListWord(element.string(), words)
                                      : SplitListWord(element.string(), arena, words);
    if (!rule.empty()) return rule;
  }
  return {};
}

bool IsForm(CommandKind::Form form, json::Value command) noexcept {
  switch (form) {
    case CommandKind::Form::kText:
      return command.is_string();
    case CommandKind::Form::kList:
      return command.is_array();
    case CommandKind::Form::kEither:
      return true;
  }
  return false;
}

// Why an entry refuses argv, and how many words it read before.
struct Refusal {
  std::string_view rule;  // empty: it accepts
  std::size_t words;
};

Refusal JudgeByRule(const CommandRule& rule, const WordBuffer& words, const StringJudge& judge) {
  CommandReading reading(rule, words);
  if (const std::string_view refused = reading.Begin(); !refused.empty()) {
    return {refused, reading.at()};
  }
  while (!reading.done()) {
    const std::size_t at = reading.at();
    const CommandReading::Step step = reading.Next();
    if (!step.rule.empty()) return {step.rule, at};
    if (step.schema == nullptr) continue;
    if (const std::string_view refused = judge(*step.schema, step.value); !refused.empty()) {
      return {refused, at};
    }
  }
  return {reading.End(), reading.at()};
}

}  // namespace

std::string_view TakeDeclaredWords(Exec exec, json::Value command, std::optional<json::Value> args,
                                   base::TextArena& arena, WordBuffer& words) {
  if (const auto rule = TakeWords(command, exec, arena, words); !rule.empty()) return rule;
  if (words.empty()) return "command.empty";
  if (args) {
    const std::string_view rule = TakeWords(*args, exec, arena, words);
    if (!rule.empty()) return rule == "command.value" ? "command.args-form" : rule;
  }
  return IsAssignment(words[0].raw) ? "command.assignment" : "";
}

std::string_view JudgeDeclaredWords(const CommandKind& kind, const WordBuffer& words,
                                    const StringJudge& judge) {
  Refusal furthest{"operand.words", 0};
  for (const CommandRule& rule : kind.allow) {
    const Refusal refusal = JudgeByRule(rule, words, judge);
    if (refusal.rule.empty()) return {};
    if (refusal.words > furthest.words) furthest = refusal;
  }
  return furthest.rule;
}

std::string_view JudgeDeclaredCommand(const CommandKind& kind, json::Value command,
                                      std::optional<json::Value> args, const StringJudge& judge) {
  base::TextArena arena;
  WordBuffer words;
  if (!IsForm(kind.form, command) || (args && !IsForm(kind.form, *args))) return "operand.form";
  if (const auto rule = TakeDeclaredWords(kind.exec, command, args, arena, words); !rule.empty()) {
    return rule;
  }
  return JudgeDeclaredWords(kind, words, judge);
}

bool CanRead(const CommandRule& rule, const WordBuffer& words) noexcept {
  CommandReading reading(rule, words);
  if (!reading.Begin().empty()) return false;
  while (!reading.done()) {
    if (!reading.Next().rule.empty()) return false;
  }
  return reading.End().empty();
}

// The words of entries hold no quote, so a word that equals one as written is what it seems.
std::string_view CommandReading::Begin() noexcept {
  for (const std::string& word : rule_.words) {
    if (done() || words_[at_].raw != word) return "operand.words";
    ++at_;
  }
  if (!rule_.then) return {};
  if (done() ||
      std::find(rule_.then->begin(), rule_.then->end(), words_[at_].raw) == rule_.then->end()) {
    return "operand.then";
  }
  ++at_;
  return {};
}

CommandReading::Step CommandReading::Next() noexcept {
  const std::string_view word = words_[at_++].text;
  if (!word.starts_with('-')) return ReadOperand(word);
  // A program that reads options behind `--` all the same would take it for one.
  if (after_dashes_) return {"operand.dashes", nullptr, {}};
  return ReadOption(word);
}

std::string_view CommandReading::End() const noexcept {
  return operands_ < rule_.min_operands ? "operand.operands" : "";
}

CommandReading::Step CommandReading::ReadOption(std::string_view word) noexcept {
  // No two options of an entry read the same word, so the first that does is the one.
  for (const CommandOption& option : rule_.options) {
    switch (option.shape) {
      case CommandOption::Shape::kFlag:
        if (word != option.name) break;
        after_dashes_ = word == "--";
        return {};
      case CommandOption::Shape::kAttached:
        if (word.size() <= option.name.size() || !word.starts_with(option.name)) break;
        return {{}, option.value.get(), word.substr(option.name.size())};
      case CommandOption::Shape::kNextWord: {
        if (word != option.name) break;
        if (done()) return {"operand.option-value", nullptr, {}};
        if (words_[at_].text.starts_with('-')) return {"operand.value-dash", nullptr, {}};
        return {{}, option.value.get(), words_[at_++].text};
      }
    }
  }
  return {"operand.option", nullptr, {}};
}

CommandReading::Step CommandReading::ReadOperand(std::string_view word) noexcept {
  const std::uint32_t place = operands_;
  if (operands_ != 0xFFFFFFFF) ++operands_;
  const bool by_place = !rule_.operands_by_place.empty();
  const Schema* schema = rule_.operand.get();
  if (by_place && place < rule_.operands_by_place.size()) {
    schema = rule_.operands_by_place[place].get();
  }
  const bool is_bounded = schema == nullptr || place >= rule_.max_operands;
  return {is_bounded ? "operand.operands" : "", schema, word};
}

}  // namespace callgate::policy
