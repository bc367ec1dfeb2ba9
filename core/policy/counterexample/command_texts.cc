#include "core/policy/counterexample/command_texts.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>

#include "core/policy/inclusion/schema_constants.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxCommands = 64;  // of one kind
constexpr std::size_t kMaxNear = 40;      // of these, that hold what a neighbour says
constexpr std::size_t kMaxWords = 8;      // of one operand or option
constexpr std::size_t kMaxNearWords = 4;
constexpr std::size_t kMaxBeginnings = 16;   // of one entry
constexpr std::uint32_t kMaxOperands = 128;  // of a command that is tried

using Argv = std::vector<std::string>;

// What a neighbour says of the words of a command: kinds of strings as they are, which deny entries
// are, and the schemas within commands.
Neighbours WithinCommands(const Neighbours& neighbours) {
  Neighbours within;
  for (const Schema* neighbour : neighbours) {
    const auto* const command = std::get_if<CommandKind>(&neighbour->kind);
    if (command == nullptr) {
      if (!std::holds_alternative<std::monostate>(neighbour->kind)) within.push_back(neighbour);
      continue;
    }
    for (const CommandRule& rule : command->allow) {
      if (rule.operand != nullptr) within.push_back(rule.operand.get());
      for (const SchemaPtr& operand : rule.operands_by_place) within.push_back(operand.get());
      for (const CommandOption& option : rule.options) {
        if (option.value != nullptr) within.push_back(option.value.get());
      }
    }
  }
  return within;
}

// The values as words: without quotes, and without what a shell would read.
Argv AsWords(const JsonTexts& values) {
  Argv words;
  for (const std::string& value : values) {
    std::string word = value.starts_with('"') ? value.substr(1, value.size() - 2) : value;
    if (!word.empty() && word.find_first_of(" \\[]{}\"'") == std::string::npos) {
      words.push_back(std::move(word));
    }
  }
  return words;
}

// Numbers of operands that the rule takes, and a rule of a neighbour for the same words does not.
std::vector<std::uint32_t> CountsBeside(const CommandRule& rule, const Neighbours& neighbours) {
  std::vector<std::uint32_t> counts;
  for (const Schema* neighbour : neighbours) {
    const auto* const command = std::get_if<CommandKind>(&neighbour->kind);
    if (command == nullptr) continue;
    for (const CommandRule& other : command->allow) {
      if (other.words != rule.words) continue;
      if (other.max_operands < rule.max_operands && other.max_operands < kMaxOperands) {
        counts.push_back(other.max_operands + 1);
      }
      if (other.min_operands > rule.min_operands && other.min_operands <= kMaxOperands) {
        counts.push_back(other.min_operands - 1);
      }
    }
  }
  return counts;
}

// Those that speak of the same kind of words.
Neighbours OfSameKind(const Schema& schema, const Neighbours& neighbours) {
  if (!schema.any_of.empty()) return neighbours;
  Neighbours same;
  std::ranges::copy_if(neighbours, std::back_inserter(same), [&](const Schema* neighbour) {
    return neighbour->kind.index() == schema.kind.index();
  });
  return same;
}

// Words of one schema: the likeliest; or, with neighbours, those that these alone add, which it
// accepts.
Argv WordsOf(const Schema& schema, const Neighbours& neighbours) {
  const bool is_near = !neighbours.empty();
  const Neighbours same = OfSameKind(schema, neighbours);
  if (is_near && same.empty()) return {};
  Argv words = AsWords(ValuesOf(schema, same));
  if (is_near) {
    const Argv plain = AsWords(ValuesOf(schema, {}));
    const DeclaredArguments none;
    std::erase_if(words, [&](const std::string& word) {
      return std::ranges::find(plain, word) != plain.end() ||
             !FindRefusal(schema, {word}, {none, none}).empty();
    });
  }
  words.resize(std::min(words.size(), is_near ? kMaxNearWords : kMaxWords));
  return words;
}

Argv OperandsOf(const CommandRule& rule, std::size_t place, const Neighbours& neighbours) {
  const SchemaPtr& schema =
      place < rule.operands_by_place.size() ? rule.operands_by_place[place] : rule.operand;
  return schema == nullptr ? Argv{} : WordsOf(*schema, neighbours);
}

std::vector<Argv> BeginningsOf(const CommandRule& rule) {
  if (!rule.then) return {rule.words};
  std::vector<Argv> beginnings;
  for (const std::string& next : *rule.then) {
    beginnings.push_back(rule.words);
    beginnings.back().push_back(next);
    if (beginnings.size() == kMaxBeginnings) break;
  }
  return beginnings;
}

// Each beginning with the operands that it needs; one of them, one more, or one option with each of
// its words.
std::vector<Argv> CommandsOf(const CommandRule& rule, const Neighbours& neighbours) {
  std::vector<Argv> all;
  for (const Argv& beginning : BeginningsOf(rule)) {
    const std::size_t first = beginning.size();
    Argv least = beginning;
    for (std::uint32_t i = 0; i < rule.min_operands && i < kMaxOperands; ++i) {
      const Argv words = OperandsOf(rule, i, {});
      if (!words.empty()) least.push_back(words[0]);
    }
    all.push_back(least);
    const std::size_t needed = least.size() - first;
    const std::size_t places = rule.operand != nullptr ? std::min<std::size_t>(1, needed) : needed;
    for (std::size_t place = 0; place < places; ++place) {
      for (const std::string& word : OperandsOf(rule, place, neighbours)) {
        all.push_back(least);
        all.back()[first + place] = word;
      }
    }
    for (const std::string& word : OperandsOf(rule, rule.min_operands, neighbours)) {
      all.push_back(least);
      all.back().push_back(word);
    }
    for (const CommandOption& option : rule.options) {
      Argv words = {"1"};
      if (option.value != nullptr) words = WordsOf(*option.value, neighbours);
      for (const std::string& word : words) {
        Argv with = least;
        const auto at = with.insert(with.begin() + static_cast<std::ptrdiff_t>(first), option.name);
        if (option.shape == CommandOption::Shape::kAttached) {
          *at += word;
        } else if (option.shape == CommandOption::Shape::kNextWord) {
          with.insert(at + 1, word);
        }
        all.push_back(std::move(with));
        if (option.shape == CommandOption::Shape::kFlag) break;
      }
    }
    if (!neighbours.empty()) break;  // what they say holds behind each beginning
  }
  return all;
}

// As many operands as CountsBeside says.
std::vector<Argv> CountedOf(const CommandRule& rule, const Neighbours& neighbours) {
  std::vector<Argv> all;
  for (const std::uint32_t count : CountsBeside(rule, neighbours)) {
    Argv words = BeginningsOf(rule)[0];
    for (std::uint32_t i = 0; i < count; ++i) {
      const Argv operands = OperandsOf(rule, i, {});
      if (operands.empty()) break;
      words.push_back(operands[0]);
    }
    all.push_back(std::move(words));
  }
  return all;
}

// In the forms that the kind takes, in turn, so that a cut leaves both.
JsonTexts AsJson(const CommandKind& kind,
                 const std::function<std::vector<Argv>(const CommandRule&)>& commands_of) {
  JsonTexts values;
  JsonTexts lists;
  for (const CommandRule& rule : kind.allow) {
    for (const Argv& words : commands_of(rule)) {
      std::string text;
      JsonTexts list;
      for (const std::string& word : words) {
        text += (text.empty() ? "" : " ") + word;
        list.push_back(JsonString(word));
      }
      if (kind.form != CommandKind::Form::kList) AppendUnique(values, JsonString(text));
      if (kind.form != CommandKind::Form::kText) AppendUnique(lists, JsonList(list));
      if (values.size() + lists.size() > 2 * kMaxCommands) break;
    }
  }
  JsonTexts both;
  for (std::size_t i = 0; i < std::max(values.size(), lists.size()); ++i) {
    if (i < values.size()) both.push_back(values[i]);
    if (i < lists.size()) both.push_back(lists[i]);
  }
  return both;
}

}  // namespace

JsonTexts CommandsOf(const CommandKind& kind, const Neighbours& neighbours) {
  JsonTexts plain = AsJson(kind, [](const CommandRule& rule) { return CommandsOf(rule, {}); });
  const Neighbours within = WithinCommands(neighbours);
  if (plain.empty()) return plain;
  JsonTexts values = {plain[0]};
  const auto append = [&](JsonTexts near) {
    for (std::string& value : near) {
      if (values.size() > kMaxNear) break;
      if (std::ranges::find(plain, value) == plain.end()) values.push_back(std::move(value));
    }
  };
  append(AsJson(kind, [&](const CommandRule& rule) { return CountedOf(rule, neighbours); }));
  if (!within.empty()) {
    append(AsJson(kind, [&](const CommandRule& rule) { return CommandsOf(rule, within); }));
  }
  values.insert(values.end(), plain.begin() + 1, plain.end());
  return values;
}

JsonTexts ContinuationsOf(const CommandKind& kind, const Neighbours& neighbours) {
  JsonTexts values;
  if (kind.form != CommandKind::Form::kText) values = {"[]", R"(["x"])"};
  const Neighbours within = WithinCommands(neighbours);
  for (const CommandRule& rule : kind.allow) {
    Argv words = OperandsOf(rule, rule.min_operands, {});
    if (!within.empty()) {
      for (std::string& word : OperandsOf(rule, rule.min_operands, within)) {
        words.push_back(std::move(word));
      }
    }
    for (const std::string& word : words) {
      if (kind.form != CommandKind::Form::kText) AppendUnique(values, JsonList({JsonString(word)}));
      if (kind.form != CommandKind::Form::kList) AppendUnique(values, JsonString(word));
    }
  }
  if (values.size() > kMaxCommands) values.resize(kMaxCommands);
  return values;
}

}  // namespace callgate::policy
