#include "core/policy/document/command_kind_reader.h"

#include <iterator>

#include "callgate/json.h"
#include "core/json/object_writer.h"
#include "core/policy/document/command_words_reader.h"
#include "core/policy/values/command.h"

namespace callgate::policy {
namespace {

constexpr std::uint32_t kUnbounded = 0xFFFFFFFF;
constexpr std::uint64_t kMostOperands = 1'000'000;

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
