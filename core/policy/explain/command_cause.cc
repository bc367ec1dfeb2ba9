#include "core/policy/explain/command_cause.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/ascii.h"
#include "core/policy/evaluate/declared_command.h"
#include "core/policy/evaluate/schema_value.h"
#include "core/policy/explain/offence.h"
#include "core/policy/explain/rule_causes.h"
#include "core/policy/explain/value_cause.h"

namespace callgate::policy {
namespace {

// Where an entry stopped reading.
struct Stop {
  const CommandRule* entry = nullptr;  // null: none read a word
  std::string_view rule = "operand.words";
  std::size_t at = 0;              // the word
  const Schema* schema = nullptr;  // that refuses `value`
  std::string_view value;
  std::string_view option;  // whose value that is
};

Stop StopOf(const CommandRule& entry, const WordBuffer& words, CallPaths& paths) {
  CommandReading reading(entry, words);
  if (const auto rule = reading.Begin(); !rule.empty())
    return {&entry, rule, reading.at(), {}, {}, {}};
  while (!reading.done()) {
    const std::size_t at = reading.at();
    const CommandReading::Step step = reading.Next();
    if (!step.rule.empty()) return {&entry, step.rule, at, nullptr, {}, {}};
    if (step.schema == nullptr) continue;
    const std::string_view rule = JudgeString(*step.schema, step.value, paths).rule;
    if (rule.empty()) continue;
    const std::string_view word = words[at].text;
    const bool is_option = word.starts_with('-') && step.value.data() != word.data();
    const std::size_t attached = word.size() - step.value.size();
    const bool is_next = reading.at() == at + 2;
    return {
        &entry,     rule,
        at,         step.schema,
        step.value, !is_option ? std::string_view() : is_next ? word : word.substr(0, attached)};
  }
  return {&entry, reading.End(), reading.at(), nullptr, {}, {}};
}

Stop FurthestStop(const CommandKind& kind, const WordBuffer& words, CallPaths& paths) {
  Stop furthest;
  for (const CommandRule& entry : kind.allow) {
    const Stop stop = StopOf(entry, words, paths);
    if (furthest.entry == nullptr || stop.at > furthest.at) furthest = stop;
  }
  return furthest;
}

std::string Joined(const WordBuffer& words, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text.append(i == 0 ? "" : " ").append(words[i].raw);
  }
  return base::Shown(text);
}

// The word that an entry has at a place, as far as its first words are those of the command.
std::vector<std::string> NextWords(const CommandKind& kind, const WordBuffer& words,
                                   std::size_t at) {
  std::vector<std::string> next;
  const auto add = [&](const std::string& word) {
    if (std::ranges::find(next, word) == next.end()) next.push_back(word);
  };
  for (const CommandRule& entry : kind.allow) {
    const std::size_t same = std::min(at, entry.words.size());
    bool is_same = true;
    for (std::size_t i = 0; i < same; ++i) is_same = is_same && words[i].raw == entry.words[i];
    if (!is_same) continue;
    if (at < entry.words.size()) add(entry.words[at]);
    if (at == entry.words.size() && entry.then) std::ranges::for_each(*entry.then, add);
  }
  return next;
}

std::string OfWord(const CommandKind& kind, const WordBuffer& words, std::size_t at) {
  const std::vector<std::string> next = NextWords(kind, words, at);
  const std::string behind = at == 0 ? "" : " behind " + Joined(words, at);
  if (at >= words.size()) {
    return "a word is missing" + behind + Listed("allowed", next);
  }
  const std::string word = base::Shown(words[at].raw);
  return (at == 0 ? "no entry begins with the word " + word
                  : "the word " + word + " is not listed" + behind) +
         Meant(words[at].raw, "allowed", next);
}

bool IsNumber(std::string_view word) {
  return word.size() > 1 && word[0] == '-' &&
         std::ranges::all_of(word.substr(1), base::IsAsciiDigit);
}

// Short options differ in every letter that they have, so none of them is misspelt.
std::string MeantOption(const CommandRule& entry, std::string_view word) {
  constexpr std::size_t kShort = 3;
  if (word.size() <= kShort) return {};
  base::Nearest nearest(word.substr(0, word.find('=')));
  for (const CommandOption& option : entry.options) {
    nearest.Offer(option.name.substr(0, option.name.find('=')), TextOf(option));
  }
  return nearest.Question();
}

std::string OfOption(const CommandRule& entry, std::string_view word) {
  std::string cause = "the option " + base::Shown(word) + " is not listed behind " + TextOf(entry);
  if (IsNumber(word)) {
    const std::string number(word.substr(1));
    for (const CommandOption& option : entry.options) {
      if (option.name != "-n") continue;
      const bool is_next = option.shape == CommandOption::Shape::kNextWord;
      return cause + "; write -n" + (is_next ? " " : "") + base::Shown(number);
    }
    return cause + "; an option cannot be a number alone: declare \"-n VALUE\" and write -n " +
           base::Shown(number);
  }
  const std::string meant = MeantOption(entry, word);
  return cause + (meant.empty() ? Listed("allowed", entry.options) : meant);
}

// The entry of the same program that has `--` among its words.
std::string WithDashes(const CommandKind& kind, const std::string& program) {
  for (const CommandRule& entry : kind.allow) {
    if (entry.words[0] != program) continue;
    if (std::ranges::find(entry.words, "--") != entry.words.end()) {
      return "; allowed is " + TextOf(entry);
    }
  }
  return {};
}

std::string OfOperands(const CommandRule& entry, const WordBuffer& words, std::size_t at) {
  const std::string behind = " behind " + TextOf(entry);
  if (at >= words.size()) {
    return "too few operands" + behind + ": minOperands is " + std::to_string(entry.min_operands);
  }
  const std::string word = base::Shown(words[at].text);
  if (!entry.operand && entry.operands_by_place.empty()) {
    return "the operand " + word + " is not allowed: none is" + behind;
  }
  if (!entry.operands_by_place.empty() && entry.operands_by_place.size() <= entry.max_operands) {
    return "the operand " + word + " is one too many" + behind + ": operands lists " +
           std::to_string(entry.operands_by_place.size());
  }
  return "the operand " + word + " is one too many" + behind + ": maxOperands is " +
         std::to_string(entry.max_operands);
}

// A word, option or value that an entry refuses.
Cause OfStop(const CommandKind& kind, const Stop& stop, const WordBuffer& words, CallPaths& paths) {
  if (stop.schema != nullptr) {
    const std::string what = stop.option.empty() ? "the operand " + base::Shown(stop.value)
                                                 : "the value " + base::Shown(stop.value) +
                                                       " of the option " + base::Shown(stop.option);
    Cause cause = CauseOfWord(*stop.schema, stop.value, paths);
    cause.what = what + " behind " + TextOf(*stop.entry) + ": " + cause.what;
    return cause;
  }
  if (stop.rule == "operand.words" || stop.rule == "operand.then") {
    return {OfWord(kind, words, stop.at), {}};
  }
  if (stop.rule == "operand.operands") return {OfOperands(*stop.entry, words, stop.at), {}};
  const std::string behind = " behind " + TextOf(*stop.entry);
  const std::string_view word = words[stop.at].text;
  if (stop.rule == "operand.option" && word == "--") {
    return {"-- is not listed" + behind, WithDashes(kind, stop.entry->words[0])};
  }
  if (stop.rule == "operand.option") return {OfOption(*stop.entry, word), {}};
  if (stop.rule == "operand.option-value") {
    return {"the option " + base::Shown(word) + behind + " lacks its value", {}};
  }
  if (stop.rule == "operand.value-dash") {
    return {"the value " + base::Shown(words[stop.at + 1].text) + " of the option " +
                base::Shown(word) + behind + " begins with -",
            {}};
  }
  if (stop.rule == "operand.dashes") {
    return {"the word " + base::Shown(word) + " behind -- begins with -", {}};
  }
  return {};
}

Cause OfForm(const CommandKind& kind, json::Value command) {
  const bool is_text = kind.form == CommandKind::Form::kText;
  if (command.is_string() == is_text) {
    return {base::Shown(kind.args) + " has another form than the command",
            is_text ? "; its form is text: write one text"
                    : "; its form is list: write a list of words"};
  }
  return {std::string("the command is ") + (command.is_string() ? "a text" : "a list") +
              ", and its form is " +
              (is_text ? "text: write one text" : "list: write a list of words"),
          {}};
}

}  // namespace

std::string OffenceOfCommand(json::Value command, Exec exec, std::string_view rule) {
  const std::string cause(CauseOf(rule));
  if (command.is_string()) return cause + PlaceOfOffence(rule, command.string());
  if (!command.is_array()) return cause;
  std::size_t place = 0;
  for (const json::Value element : command.elements()) {
    const std::string of_list = " in element " + std::to_string(place++) + " of the list";
    if (!element.is_string()) return cause + (rule == "command.value" ? of_list : "");
    base::TextArena arena;
    WordBuffer words;
    const std::string_view text = element.string();
    const std::string_view refused =
        exec == Exec::kArgv ? TakeListWord(text, words) : SplitListWord(text, arena, words);
    if (refused == rule) return cause + of_list + PlaceOfOffence(rule, text);
  }
  return cause;
}

Cause CauseOfCommand(const CommandKind& kind, json::Value command, std::optional<json::Value> args,
                     std::string_view rule, CallPaths& paths) {
  if (rule == "operand.form") return OfForm(kind, command);
  base::TextArena arena;
  WordBuffer words;
  if (!TakeDeclaredWords(kind.exec, command, std::nullopt, arena, words).empty()) {
    return {OffenceOfCommand(command, kind.exec, rule), {}};
  }
  words.clear();
  if (!TakeDeclaredWords(kind.exec, command, args, arena, words).empty()) {
    const bool is_of_args = args && rule != "command.args-form";
    return {is_of_args ? OffenceOfCommand(*args, kind.exec, rule) + " of " + base::Shown(kind.args)
                       : std::string(),
            {}};
  }
  return OfStop(kind, FurthestStop(kind, words, paths), words, paths);
}

}  // namespace callgate::policy
