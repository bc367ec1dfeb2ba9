#include "core/policy/document/schema_reader.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "core/base/ascii.h"
#include "core/policy/document/constant_keywords.h"
#include "core/policy/document/foreign_keywords.h"
#include "core/policy/document/schema_checks.h"
#include "core/policy/document/schema_table.h"

namespace callgate::policy {
namespace {

using Kind = Document::Kind;

constexpr const char* kExpectedSchema =
    "expected a schema: a map with type, enum, const, anyOf, path, url, host, uri, command, use or "
    "any, as {type: string} or {path: {allow: [/workspace]}}";

// ^[a-z][a-z0-9_-]{0,63}$
bool IsDefinitionName(std::string_view name) noexcept {
  if (name.empty() || name.size() > 64 || !base::IsAsciiLower(name[0])) return false;
  return std::ranges::all_of(name, [](char c) {
    return base::IsAsciiLower(c) || base::IsAsciiDigit(c) || c == '_' || c == '-';
  });
}

// Replaces a schema that was refused, so that no reference to it is null. It accepts nothing.
const SchemaPtr& Unread() {
  static const SchemaPtr unread = [] {
    auto schema = std::make_shared<Schema>();
    schema->constants.emplace();
    return schema;
  }();
  return unread;
}

bool FindKeywords(FormReader& forms, KeywordPlaces& places) {
  for (std::size_t i = 0; i < kKeywords; ++i) places.members[i].name = kKeywordTable[i].name;
  return ReadSchemaMap(forms, places.node, places.members.data(), kKeywords, kExpectedSchema,
                       InsteadOf);
}

// Every key of the map is a keyword, or stands for one. An unknown key may be meant for a keyword
// that the schema lacks.
bool AreAllKnown(const FormReader& forms, const KeywordPlaces& places) {
  std::size_t keys = 0;
  const std::uint32_t end = forms[places.node].end;
  for (std::uint32_t key = places.node + 1; key < end; key = forms.NextMember(key)) ++keys;
  return keys == static_cast<std::size_t>(std::ranges::count_if(
                     places.members, [](const Member& member) { return member.key != kAbsent; }));
}

// What the schema is first of all. 0 where that is not one thing.
Heads FindHead(FormReader& forms, const KeywordPlaces& places) {
  const Member* first = nullptr;
  Heads head = 0;
  for (std::size_t i = 0; i < kKeywords; ++i) {
    const Member& member = places.members[i];
    const Heads of_keyword = kKeywordTable[i].head;
    if (member.key == kAbsent || of_keyword == 0) continue;
    if (head != 0 && (of_keyword != head || head != kPlainHead)) {
      const auto [before, after] = std::minmax(first->key, member.key);
      forms.Fail(after, "schema.form",
                 "expected no " + std::string(forms[after].text) + " with " +
                     std::string(forms[before].text));
      return 0;
    }
    if (head == 0) first = &member;
    head = of_keyword;
  }
  if (head == 0 && AreAllKnown(forms, places)) {
    forms.Fail(places.node, "schema.form", kExpectedSchema);
  }
  return head;
}

// The rule that says what may accompany it.
std::string_view RuleBeside(Heads head) noexcept {
  switch (head) {
    case kAnyOfHead:
      return "schema.any-of";
    case kUseHead:
      return "schema.definitions";
    case kAnyHead:
      return "schema.any";
    default:
      return "schema.belongs";
  }
}

// `name` of what makes the schema what it is, for messages.
std::string_view NameOfHead(const KeywordPlaces& places, Heads head) {
  for (std::size_t i = 0; i < kKeywords; ++i) {
    if (kKeywordTable[i].head == head && places.members[i].key != kAbsent) {
      return kKeywordTable[i].name;
    }
  }
  return {};
}

bool CheckBeside(FormReader& forms, const KeywordPlaces& places, Heads head) {
  bool ok = true;
  for (std::size_t i = 0; i < kKeywords; ++i) {
    const Member& member = places.members[i];
    if (member.key == kAbsent || kKeywordTable[i].head != 0) continue;
    if ((kKeywordTable[i].beside & head) != 0) continue;
    ok = forms.Fail(member.key, RuleBeside(head),
                    "expected no " + std::string(member.name) + " with " +
                        std::string(NameOfHead(places, head)));
  }
  return ok;
}

// The keywords that belong to no type that the schema names. REQUIRES: its types are read.
bool CheckTypes(FormReader& forms, const KeywordPlaces& places, const Schema& schema) {
  bool ok = true;
  for (std::size_t i = 0; i < kKeywords; ++i) {
    const Member& member = places.members[i];
    const JsonTypes types = kKeywordTable[i].types;
    if (member.key == kAbsent || types == 0) continue;
    const std::string name(member.name);
    if (std::holds_alternative<CommandKind>(schema.kind)) {
      if (schema.types == types) continue;
      ok = forms.Fail(member.key, "schema.belongs",
                      "expected form: text in the command with " + name);
    } else if ((schema.types & types) == 0) {
      ok = forms.Fail(member.key, "schema.belongs",
                      "expected type: " + NamesOf(types) + " with " + name);
    }
  }
  return ok;
}

bool TakeDefinition(FormReader& forms, std::uint32_t node, SchemaPtr& schema) {
  constexpr const char* kExpected = "expected the name of one of the definitions of the context";
  constexpr std::string_view kRule = "schema.definitions";
  SchemaScope& scope = forms.scope();
  if (scope.is_definition) return forms.Fail(node, kRule, "expected no use within a definition");
  std::string_view name;
  if (!forms.ReadString(node, name, kExpected)) return false;
  const auto known = scope.definitions.find(name);
  if (known == scope.definitions.end()) {
    return forms.Fail(node, kRule,
                      kExpected + forms.Question(name, scope.definitions,
                                                 [](const auto& named) { return named.first; }));
  }
  schema = known->second.schema;
  for (const BaseName& base : known->second.bases) scope.bases.push_back({base.name, node});
  return true;
}

// `optional` is where a member says so; null for what is no member.
bool ReadInDepth(FormReader& forms, std::uint32_t node, bool* optional, SchemaPtr& schema) {
  KeywordPlaces places{node, {}};
  if (!FindKeywords(forms, places)) return false;
  const Heads head = FindHead(forms, places);
  bool ok = head != 0 && CheckBeside(forms, places, head);
  if (const Member& member = places["optional"]; member.key != kAbsent) {
    if (optional == nullptr) {
      ok = forms.Fail(member.key, "schema.optional",
                      "expected optional in members of arguments or properties alone");
    } else {
      ok = member.value != kAbsent && forms.ReadFlag(member.value, *optional) && ok;
    }
  }
  const auto built = std::make_shared<Schema>();
  const auto read = [&](bool heads) {
    bool all = true;
    for (std::size_t i = 0; i < kKeywords; ++i) {
      const KeywordRow& row = kKeywordTable[i];
      const Member& member = places.members[i];
      if (member.key == kAbsent || (row.head != 0) != heads) continue;
      if (member.value == kAbsent) {
        all = false;  // a null, which was reported
      } else if (row.read != nullptr) {
        all = row.read(forms, member.value, *built) && all;
      }
    }
    return all;
  };
  // What rests on a part that was refused is not said to be wrong besides.
  ok = read(true) && ok;
  ok = ok && CheckTypes(forms, places, *built);
  ok = read(false) && ok;
  if (!ok || !AreAllKnown(forms, places)) return false;
  if (head == kUseHead) return TakeDefinition(forms, places["use"].value, schema);
  if (!CheckKeywords(forms, places, *built)) return false;
  KeepAcceptedConstants(*built);
  schema = built;
  return true;
}

bool ReadOne(FormReader& forms, std::uint32_t node, bool* optional, SchemaPtr& schema) {
  if (forms.scope().depth == kMaxSchemaDepth) {
    schema = Unread();
    return forms.Fail(node, "schema.depth", "expected at most 10 schemas in each other");
  }
  ++forms.scope().depth;
  const bool read = ReadInDepth(forms, node, optional, schema);
  --forms.scope().depth;
  if (!read) schema = Unread();
  return read;
}

// The name of the sibling that continues a command; null for anything else.
const std::string* ArgsOf(const Schema& schema) noexcept {
  const auto* const command = std::get_if<CommandKind>(&schema.kind);
  return command == nullptr || command->args.empty() ? nullptr : &command->args;
}

// REQUIRES: `members` are sorted, and `nodes` are where their schemas stand, in the same order.
bool CheckArgs(FormReader& forms, const std::vector<std::uint32_t>& nodes,
               const std::vector<DeclaredMember>& members) {
  std::vector<std::string_view> taken;
  bool ok = true;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string* const args = ArgsOf(*members[i].schema);
    if (args == nullptr) continue;
    if (std::ranges::binary_search(members, *args, {}, &DeclaredMember::name) ||
        std::ranges::find(taken, *args) != taken.end()) {
      ok = forms.Fail(nodes[i], "operand.args",
                      "expected in args the name of an argument that is declared nowhere else");
    }
    taken.push_back(*args);
  }
  return ok;
}

// REQUIRES: the arguments of the capability are read.
bool CheckBases(FormReader& forms, const DeclaredArguments& arguments) {
  bool ok = true;
  for (const BaseName& base : forms.scope().bases) {
    if (std::ranges::binary_search(arguments.members, base.name, {}, &DeclaredMember::name)) {
      continue;
    }
    ok = forms.Fail(base.node, "kind.path-base",
                    "expected as base an absolute path, or the name of an argument "
                    "that the capability declares" +
                        forms.Question(base.name, arguments.members,
                                       [](const DeclaredMember& member) { return member.name; }));
  }
  return ok;
}

// Each of the bases from `first` on was read within the top-level argument.
bool CheckNotWithin(FormReader& forms, std::size_t first, std::string_view argument) {
  bool ok = true;
  const auto& bases = forms.scope().bases;
  for (std::size_t i = first; i < bases.size(); ++i) {
    if (bases[i].name != argument) continue;
    ok = forms.Fail(bases[i].node, "kind.path-base",
                    "expected as base another argument than the one that the path stands in");
  }
  return ok;
}

}  // namespace

bool ReadSchemaMap(FormReader& forms, std::uint32_t node, Member* members, std::size_t count,
                   const char* expected, const char* (*instead)(std::string_view key)) {
  if (!forms.ReadMap(node, members, count, expected, "schema.keywords", instead)) return false;
  for (const Member* member = members; member != members + count; ++member) {
    if (member->key == kAbsent || member->value != kAbsent) continue;
    const bool is_value = member->name == "const" || member->name == "type";
    forms.Fail(forms.ValueOf(member->key),
               member->name == "const" ? "schema.const" : "schema.documents",
               is_value ? "expected nullable: true with a type, instead of null"
                        : "expected a value, found null");
  }
  return true;
}

bool ReadSchema(FormReader& forms, std::uint32_t node, SchemaPtr& schema) {
  if (!ReadOne(forms, node, nullptr, schema)) return false;
  if (ArgsOf(*schema) == nullptr) return true;
  return forms.Fail(node, "operand.args",
                    "expected args in a command that is itself an argument alone");
}

bool ReadMembers(FormReader& forms, std::uint32_t node, std::vector<DeclaredMember>& members) {
  if (forms[node].kind != Kind::kMap) {
    return forms.Fail(node, "doc.wrong-type", "expected a map of names to schemas");
  }
  bool ok = forms.CheckKeys(node);
  std::vector<std::pair<std::string_view, std::uint32_t>> keys;
  for (std::uint32_t key = node + 1; key < forms[node].end; key = forms.NextMember(key)) {
    keys.emplace_back(forms[key].text, forms.ValueOf(key));
  }
  for (const auto& [name, value] : keys) {
    DeclaredMember& member = members.emplace_back();
    member.name = name;
    const std::size_t bases = forms.scope().bases.size();
    ok = ReadOne(forms, value, &member.optional, member.schema) && ok;
    // At the top alone a member is an argument.
    if (forms.scope().depth == 0) ok = CheckNotWithin(forms, bases, name) && ok;
  }
  std::ranges::sort(members, {}, &DeclaredMember::name);
  std::ranges::sort(keys);
  std::vector<std::uint32_t> nodes;
  nodes.reserve(keys.size());
  for (const auto& key : keys) nodes.push_back(key.second);
  return CheckArgs(forms, nodes, members) && ok;
}

bool ReadArguments(FormReader& forms, std::uint32_t node, Capability& capability) {
  forms.scope().bases.clear();
  DeclaredArguments& arguments = capability.arguments.emplace();
  const bool ok = ReadMembers(forms, node, arguments.members);
  return CheckBases(forms, arguments) && ok;
}

bool ReadOtherArguments(FormReader& forms, std::uint32_t node, Capability& capability) {
  if (!capability.arguments) {
    return forms.Fail(node, "args.alone", "expected arguments with other_arguments");
  }
  forms.scope().bases.clear();
  const bool ok = ReadSchema(forms, node, capability.arguments->other);
  return CheckBases(forms, *capability.arguments) && ok;
}

bool ReadDefinitions(FormReader& forms, std::uint32_t node, Context& context) {
  if (forms[node].kind != Kind::kMap) {
    return forms.Fail(node, "doc.wrong-type", "expected a map of names to schemas");
  }
  bool ok = forms.CheckKeys(node);
  SchemaScope& scope = forms.scope();
  scope.is_definition = true;
  for (std::uint32_t key = node + 1; key < forms[node].end; key = forms.NextMember(key)) {
    const std::string name(forms[key].text);
    if (!IsDefinitionName(name) && forms[key].kind == Kind::kString) {
      ok = forms.Fail(key, "schema.definition-name",
                      "expected a name: a lower-case letter, then at most 63 lower-case letters, "
                      "digits, - and _");
    }
    scope.bases.clear();
    SchemaPtr schema;
    ok = ReadOne(forms, forms.ValueOf(key), nullptr, schema) && ok;
    auto named = std::make_shared<Schema>(*schema);
    named->definition = name;
    context.definitions.emplace(name, named);
    scope.definitions.emplace(name, Definition{std::move(named), std::move(scope.bases)});
  }
  scope.is_definition = false;
  return ok;
}

}  // namespace callgate::policy
