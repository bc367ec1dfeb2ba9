#include "core/policy/document/command_words_reader.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/policy/values/command.h"

namespace callgate::policy {
namespace {

constexpr const char* kWordExpected =
    "expected one word without spaces, quotes, control characters and any of ; & | < > $ ` ( ) { } "
    "[ ] ! # * ? \\, and no ~ at its beginning";

// A word that a command may hold as it stands.
bool IsWord(std::string_view text) {
  base::TextArena arena;
  WordBuffer words;
  return SplitCommand(text, arena, words).empty() && words.size() == 1 && words[0].raw == text &&
         text.find_first_of("'\"") == std::string_view::npos;
}

constexpr std::string_view kValue = "VALUE";

// The option that a text spells, without its schema.
std::optional<CommandOption> ParseOption(std::string_view text) {
  CommandOption option;
  const std::size_t value = text.find(kValue);
  if (value != std::string_view::npos) {
    if (value + kValue.size() != text.size()) return std::nullopt;
    text.remove_suffix(kValue.size());
    option.shape = CommandOption::Shape::kAttached;
    if (text.ends_with(' ')) {
      text.remove_suffix(1);
      option.shape = CommandOption::Shape::kNextWord;
    }
    // Of `-VALUE` and `--VALUE` every option would be the value.
    if (text.find_first_not_of('-') == std::string_view::npos) return std::nullopt;
  }
  if (!text.starts_with('-') || !IsWord(text)) return std::nullopt;
  option.name = text;
  return option;
}

// Why a schema may not judge a word; nullptr where it may.
const char* FaultOfWordSchema(const Schema& schema) {
  constexpr const char* kBoundExpected =
      "expected a pattern, enum, const or kind: any word would be accepted";
  if (schema.any) return kBoundExpected;
  for (const SchemaPtr& branch : schema.any_of) {
    if (const char* const fault = FaultOfWordSchema(*branch)) return fault;
  }
  if (!schema.any_of.empty()) return nullptr;
  if (std::holds_alternative<CommandKind>(schema.kind)) {
    return "expected a schema other than a command: a word is no command";
  }
  if (!std::holds_alternative<std::monostate>(schema.kind)) return nullptr;
  if (schema.constants) {
    const bool strings = std::all_of(
        schema.constants->begin(), schema.constants->end(),
        [](const Constant& constant) { return std::holds_alternative<std::string>(constant); });
    return strings ? nullptr : "expected strings: a word is a string";
  }
  if (schema.types != kStringType) return "expected a schema of strings: a word is a string";
  return schema.pattern ? nullptr : kBoundExpected;
}

// Refuses two options that could read one word. An attached one reads what is longer than its name;
// every other its name alone.
bool CheckOptions(FormReader& forms, const std::vector<CommandOption>& options,
                  const std::vector<std::uint32_t>& nodes) {
  const auto is_attached = [&](std::size_t i) {
    return options[i].shape == CommandOption::Shape::kAttached;
  };
  std::vector<std::size_t> sorted(options.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = i;
  std::sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(std::string_view(options[a].name), !is_attached(a), a) <
           std::tuple(std::string_view(options[b].name), !is_attached(b), b);
  });
  const std::size_t none = options.size();
  std::size_t attached = none;  // the last one: in this order, what it reads follows it
  bool ok = true;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const std::string& name = options[sorted[i]].name;
    std::size_t other = none;
    if (attached != none && name.starts_with(options[attached].name) &&
        (name != options[attached].name || is_attached(sorted[i]))) {
      other = attached;
    } else if (i != 0 && name == options[sorted[i - 1]].name && !is_attached(sorted[i - 1])) {
      other = sorted[i - 1];
    }
    if (other != none) {
      ok = forms.Fail(std::max(nodes[other], nodes[sorted[i]]), "operand.one-shape",
                      "expected options of which no two could read one word, as " +
                          SpellingOf(options[other]) + " and " + SpellingOf(options[sorted[i]]));
    }
    if (is_attached(sorted[i])) attached = sorted[i];
  }
  return ok;
}

// One element of `options`; its schema is read where it has one.
bool ReadOption(FormReader& forms, std::uint32_t node, const ReadSchemaAt& read_schema,
                std::optional<CommandOption>& option) {
  constexpr const char* kExpected =
      "expected an option as its words look: --name, --name=VALUE, -nVALUE or -n VALUE";
  const bool is_map = forms[node].kind == Document::Kind::kMap;
  if (!is_map && forms[node].kind != Document::Kind::kString) {
    return forms.Fail(node, "doc.wrong-type", kExpected);
  }
  if (is_map && (forms[node].end == node + 1 || forms.NextMember(node + 1) != forms[node].end)) {
    return forms.Fail(node, "operand.option-value", "expected a map of one option to its schema");
  }
  const std::uint32_t text = is_map ? node + 1 : node;
  if (forms[text].kind == Document::Kind::kString) option = ParseOption(forms[text].text);
  if (!option) {
    const bool is_string = forms[text].kind == Document::Kind::kString;
    return forms.Fail(text, is_string ? "operand.option" : "doc.string-key", kExpected);
  }
  if (!is_map) return true;
  if (option->shape == CommandOption::Shape::kFlag) {
    return forms.Fail(text, "operand.option-value",
                      "expected an option with VALUE: another has no value to judge");
  }
  return ReadWordSchema(forms, text + 1, read_schema, option->value);
}

}  // namespace

bool ReadWords(FormReader& forms, std::uint32_t node, std::string_view rule,
               std::vector<std::string>& words) {
  std::vector<std::uint32_t> strings;
  bool ok = forms.ReadStrings(node, strings, "expected a list of words");
  if (ok && strings.empty()) return forms.Fail(node, rule, "expected at least one word");
  for (const std::uint32_t i : strings) {
    if (!IsWord(forms[i].text)) ok = forms.Fail(i, rule, kWordExpected);
    words.emplace_back(forms[i].text);
  }
  return ok;
}

bool ReadWordSchema(FormReader& forms, std::uint32_t node, const ReadSchemaAt& read_schema,
                    SchemaPtr& schema) {
  if (!read_schema(node, schema)) return false;
  const char* const fault = FaultOfWordSchema(*schema);
  return fault == nullptr || forms.Fail(node, "operand.bounded", fault);
}

bool ReadOptions(FormReader& forms, std::uint32_t node, const ReadSchemaAt& read_schema,
                 std::vector<CommandOption>& options) {
  if (forms[node].kind != Document::Kind::kList) {
    return forms.Fail(node, "doc.wrong-type", "expected a list of options");
  }
  bool ok = true;
  std::vector<std::uint32_t> nodes;
  for (std::uint32_t i = node + 1; i < forms[node].end; i = forms[i].end) {
    std::optional<CommandOption> option;
    ok = ReadOption(forms, i, read_schema, option) && ok;
    if (!option) continue;
    options.push_back(std::move(*option));
    nodes.push_back(forms[i].kind == Document::Kind::kMap ? i + 1 : i);
  }
  return CheckOptions(forms, options, nodes) && ok;
}

std::string SpellingOf(const CommandOption& option) {
  switch (option.shape) {
    case CommandOption::Shape::kFlag:
      return option.name;
    case CommandOption::Shape::kAttached:
      return option.name + std::string(kValue);
    case CommandOption::Shape::kNextWord:
      return option.name + " " + std::string(kValue);
  }
  return option.name;
}

}  // namespace callgate::policy
