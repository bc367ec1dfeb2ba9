#include "core/policy/document/command_kind_reader.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "callgate/json.h"
#include "core/json/object_writer.h"
#include "core/policy/values/command.h"

namespace callgate::policy {
namespace {

constexpr std::uint32_t kUnbounded = 0xFFFFFFFF;
constexpr std::uint64_t kMostOperands = 1'000'000;

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

// The map of a kind or an entry, in which null is no value.
bool ReadFullMap(FormReader& forms, std::uint32_t node, Member* members, std::size_t count,
                 const char* expected) {
  if (!forms.ReadMap(node, members, count, expected)) return false;
  for (const Member* member = members; member != members + count; ++member) {
    if (member->key != kAbsent && member->value == kAbsent) {
      forms.Fail(member->key, "schema.documents", "expected a value, or no such key");
    }
  }
  return true;
}

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

// Options

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

bool ReadWordSchema(FormReader& forms, std::uint32_t node, const ReadSchemaAt& read_schema,
                    SchemaPtr& schema) {
  if (!read_schema(node, schema)) return false;
  const char* const fault = FaultOfWordSchema(*schema);
  return fault == nullptr || forms.Fail(node, "operand.bounded", fault);
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

// Operands

bool ReadCount(FormReader& forms, const Member& member, std::uint64_t most, std::uint32_t& count) {
  if (member.value == kAbsent) return true;
  std::uint64_t number = 0;
  const std::string expected = "expected an integer from 0 to " + std::to_string(most);
  if (!forms.ReadInteger(member.value, 0, most, number, "operand.operands", expected.c_str())) {
    return false;
  }
  count = static_cast<std::uint32_t>(number);
  return true;
}

bool ReadOperands(FormReader& forms, const Member& operands, const Member& least,
                  const Member& most, const ReadSchemaAt& read_schema, CommandRule& rule) {
  constexpr std::string_view kRule = "operand.operands";
  if (operands.value == kAbsent) {
    for (const Member* member : {&least, &most}) {
      if (member->key != kAbsent && operands.key == kAbsent) {
        forms.Fail(member->key, kRule, "expected operands with minOperands and maxOperands");
      }
    }
    return least.key == kAbsent && most.key == kAbsent;
  }
  bool ok = true;
  std::uint64_t places = kMostOperands;
  if (forms[operands.value].kind == Document::Kind::kList) {
    for (std::uint32_t i = operands.value + 1; i < forms[operands.value].end; i = forms[i].end) {
      ok = ReadWordSchema(forms, i, read_schema, rule.operands_by_place.emplace_back()) && ok;
    }
    places = rule.operands_by_place.size();
    if (places == 0) return forms.Fail(operands.value, kRule, "expected the schema of an operand");
    rule.max_operands = static_cast<std::uint32_t>(places);
  } else {
    ok = ReadWordSchema(forms, operands.value, read_schema, rule.operand);
    rule.max_operands = kUnbounded;
  }
  ok = ReadCount(forms, least, places, rule.min_operands) && ok;
  ok = ReadCount(forms, most, places, rule.max_operands) && ok;
  if (rule.min_operands <= rule.max_operands) return ok;
  return forms.Fail(least.value, kRule, "expected minOperands to be at most maxOperands");
}

bool ReadRule(FormReader& forms, std::uint32_t node, const ReadSchemaAt& read_schema,
              CommandRule& rule) {
  Member members[] = {{"words"},    {"then"},        {"options"},
                      {"operands"}, {"minOperands"}, {"maxOperands"}};
  const auto& [words, then, options, operands, least, most] = members;
  if (!ReadFullMap(forms, node, members, std::size(members),
                   "expected a map with words, as {words: [git], then: [status]}")) {
    return false;
  }
  bool ok = true;
  if (words.key == kAbsent) {
    ok = forms.Fail(node, "operand.words", "expected the key words");
  } else if (words.value != kAbsent) {
    ok = ReadWords(forms, words.value, "operand.words", rule.words);
    if (ok && IsAssignment(rule.words[0])) {
      ok = forms.Fail(words.value + 1, "operand.words", "expected a program, not an assignment");
    }
  }
  if (then.value != kAbsent) {
    ok = ReadWords(forms, then.value, "operand.then", rule.then.emplace()) && ok;
  }
  if (options.value != kAbsent) {
    ok = ReadOptions(forms, options.value, read_schema, rule.options) && ok;
  }
  return ReadOperands(forms, operands, least, most, read_schema, rule) && ok;
}

bool ReadForm(FormReader& forms, std::uint32_t node, CommandKind::Form& form) {
  constexpr const char* kExpected = "expected text, list or either";
  std::string_view text;
  if (!forms.ReadString(node, text, kExpected)) return false;
  if (text == "text") {
    form = CommandKind::Form::kText;
  } else if (text == "list") {
    form = CommandKind::Form::kList;
  } else if (text != "either") {
    return forms.Fail(node, "operand.form", kExpected);
  }
  return true;
}

void WriteWords(const std::vector<std::string>& words, std::string& out) {
  json::WriteList(words, out, [&](const std::string& word) { json::AppendString(word, out); });
}

}  // namespace

bool ReadCommandKind(FormReader& forms, std::uint32_t node, const ReadSchemaAt& read_schema,
                     CommandKind& kind) {
  Member members[] = {{"allow"}, {"form"}, {"exec"}, {"args"}};
  const auto& [allow, form, exec, args] = members;
  if (!ReadFullMap(forms, node, members, std::size(members),
                   "expected a map with allow, a list of entries")) {
    return false;
  }
  bool ok = true;
  if (allow.key == kAbsent) {
    ok = forms.Fail(node, "kind.empty-allow", "expected the key allow");
  } else if (allow.value != kAbsent && forms[allow.value].kind != Document::Kind::kList) {
    ok = forms.Fail(allow.value, "doc.wrong-type", "expected a list of entries, as {words: [git]}");
  } else if (allow.value != kAbsent) {
    for (std::uint32_t i = allow.value + 1; i < forms[allow.value].end; i = forms[i].end) {
      ok = ReadRule(forms, i, read_schema, kind.allow.emplace_back()) && ok;
    }
  }
  if (form.value != kAbsent) ok = ReadForm(forms, form.value, kind.form) && ok;
  std::string_view text;
  if (exec.value != kAbsent) {
    constexpr const char* kExpected = "expected shell or argv";
    if (!forms.ReadString(exec.value, text, kExpected)) {
      ok = false;
    } else if (text == "argv") {
      kind.exec = Exec::kArgv;
    } else if (text != "shell") {
      ok = forms.Fail(exec.value, "operand.form", kExpected);
    }
  }
  if (args.value != kAbsent) {
    constexpr const char* kExpected = "expected the name of the argument that continues it";
    if (!forms.ReadString(args.value, text, kExpected)) {
      ok = false;
    } else if (text.empty()) {
      ok = forms.Fail(args.value, "operand.args", kExpected);
    } else {
      kind.args = text;
    }
  }
  return ok;
}

void WriteCommandKind(const CommandKind& kind,
                      const std::function<void(const SchemaPtr& schema)>& write_schema,
                      std::string& out) {
  json::ObjectWriter object(out);
  json::WriteList(kind.allow, object.Raw("allow"), [&](const CommandRule& rule) {
    json::ObjectWriter entry(out);
    const bool by_place = !rule.operands_by_place.empty();
    const auto most = by_place ? rule.operands_by_place.size() : std::size_t{kUnbounded};
    const bool has_operands = by_place || rule.operand;
    if (has_operands && rule.max_operands != most) entry.Integer("maxOperands", rule.max_operands);
    if (rule.min_operands != 0) entry.Integer("minOperands", rule.min_operands);
    if (by_place) {
      json::WriteList(rule.operands_by_place, entry.Raw("operands"), write_schema);
    } else if (rule.operand) {
      entry.Raw("operands");
      write_schema(rule.operand);
    }
    if (!rule.options.empty()) {
      json::WriteList(rule.options, entry.Raw("options"), [&](const CommandOption& option) {
        if (!option.value) {
          json::AppendString(SpellingOf(option), out);
          return;
        }
        json::ObjectWriter map(out);
        map.Raw(SpellingOf(option));
        write_schema(option.value);
        map.End();
      });
    }
    if (rule.then) WriteWords(*rule.then, entry.Raw("then"));
    WriteWords(rule.words, entry.Raw("words"));
    entry.End();
  });
  if (!kind.args.empty()) object.Text("args", kind.args);
  if (kind.exec == Exec::kArgv) object.Text("exec", "argv");
  switch (kind.form) {
    case CommandKind::Form::kText:
      object.Text("form", "text");
      break;
    case CommandKind::Form::kList:
      object.Text("form", "list");
      break;
    case CommandKind::Form::kEither:
      break;
  }
  object.End();
}

}  // namespace callgate::policy
