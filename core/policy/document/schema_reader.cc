#include "core/policy/document/schema_reader.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "core/base/ascii.h"
#include "core/policy/document/schema_checks.h"
#include "core/policy/document/schema_table.h"

namespace callgate::policy {
namespace {

using Kind = Document::Kind;

constexpr const char* kExpectedSchema =
    "expected a schema: a map with type, enum, const, anyOf, path, url, host, uri, command, use or "
    "any";

// ^[a-z][a-z0-9_-]{0,63}$
bool IsDefinitionName(std::string_view name) noexcept {
  if (name.empty() || name.size() > 64 || !base::IsAsciiLower(name[0])) return false;
  return std::ranges::all_of(name, [](char c) {
    return base::IsAsciiLower(c) || base::IsAsciiDigit(c) || c == '_' || c == '-';
  });
}

bool FindKeywords(FormReader& forms, KeywordPlaces& places) {
  const std::uint32_t node = places.node;
  if (forms[node].kind != Kind::kMap) return forms.Fail(node, kExpectedSchema);
  for (std::size_t i = 0; i < kKeywords; ++i) places.members[i].name = kKeywordTable[i].name;
  for (std::uint32_t key = node + 1; key < forms[node].end; key = forms.NextMember(key)) {
    if (const char* const instead = InsteadOf(forms[key].text)) return forms.Fail(key, instead);
  }
  return ReadSchemaMap(forms, node, places.members.data(), kKeywords, kExpectedSchema);
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
      forms.Fail(after, "expected no " + std::string(forms[after].text) + " beside " +
                            std::string(forms[before].text));
      return 0;
    }
    if (head == 0) first = &member;
    head = of_keyword;
  }
  if (head == 0) forms.Fail(places.node, kExpectedSchema);
  return head;
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
  for (std::size_t i = 0; i < kKeywords; ++i) {
    const Member& member = places.members[i];
    if (member.key == kAbsent || kKeywordTable[i].head != 0) continue;
    if ((kKeywordTable[i].beside & head) != 0) continue;
    return forms.Fail(member.key, "expected no " + std::string(member.name) + " beside " +
                                      std::string(NameOfHead(places, head)));
  }
  return true;
}

// The keywords that belong to no type that the schema names. REQUIRES: its types are read.
bool CheckTypes(FormReader& forms, const KeywordPlaces& places, const Schema& schema) {
  for (std::size_t i = 0; i < kKeywords; ++i) {
    const Member& member = places.members[i];
    const JsonTypes types = kKeywordTable[i].types;
    if (member.key == kAbsent || types == 0) continue;
    const std::string name(member.name);
    if (std::holds_alternative<CommandKind>(schema.kind)) {
      if (schema.types == types) continue;
      return forms.Fail(member.key, "expected form: text in the command beside " + name);
    }
    if ((schema.types & types) != 0) continue;
    return forms.Fail(member.key, "expected type: " + NamesOf(types) + " beside " + name);
  }
  return true;
}

bool TakeDefinition(FormReader& forms, std::uint32_t node, SchemaPtr& schema) {
  constexpr const char* kExpected = "expected the name of one of the definitions of the context";
  SchemaScope& scope = forms.scope();
  if (scope.is_definition) return forms.Fail(node, "expected no use within a definition");
  std::string_view name;
  if (!forms.ReadString(node, name, kExpected)) return false;
  const auto known = scope.definitions.find(name);
  if (known == scope.definitions.end()) return forms.Fail(node, kExpected);
  schema = known->second.schema;
  for (const BaseName& base : known->second.bases) scope.bases.push_back({base.name, node});
  return true;
}

// `optional` is where a member says so; null for what is no member.
bool ReadInDepth(FormReader& forms, std::uint32_t node, bool* optional, SchemaPtr& schema) {
  KeywordPlaces places{node, {}};
  if (!FindKeywords(forms, places)) return false;
  const Heads head = FindHead(forms, places);
  if (head == 0 || !CheckBeside(forms, places, head)) return false;
  if (const Member& member = places["optional"]; member.key != kAbsent) {
    if (optional == nullptr) {
      return forms.Fail(member.key,
                        "expected optional in members of arguments or properties alone");
    }
    if (!forms.ReadFlag(member.value, *optional)) return false;
  }
  const auto built = std::make_shared<Schema>();
  const auto read = [&](bool heads) {
    for (std::size_t i = 0; i < kKeywords; ++i) {
      const KeywordRow& row = kKeywordTable[i];
      const std::uint32_t value = places.members[i].value;
      if (value == kAbsent || row.read == nullptr || (row.head != 0) != heads) continue;
      if (!row.read(forms, value, *built)) return false;
    }
    return true;
  };
  if (!read(true) || !CheckTypes(forms, places, *built) || !read(false)) return false;
  if (head == kUseHead) return TakeDefinition(forms, places["use"].value, schema);
  if (!CheckKeywords(forms, places, *built)) return false;
  KeepAcceptedConstants(*built);
  schema = built;
  return true;
}

bool ReadOne(FormReader& forms, std::uint32_t node, bool* optional, SchemaPtr& schema) {
  if (forms.scope().depth == kMaxSchemaDepth) {
    return forms.Fail(node, "expected at most 10 schemas in each other");
  }
  ++forms.scope().depth;
  const bool read = ReadInDepth(forms, node, optional, schema);
  --forms.scope().depth;
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
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string* const args = ArgsOf(*members[i].schema);
    if (args == nullptr) continue;
    if (std::ranges::binary_search(members, *args, {}, &DeclaredMember::name) ||
        std::ranges::find(taken, *args) != taken.end()) {
      return forms.Fail(nodes[i],
                        "expected in args the name of an argument that is declared nowhere else");
    }
    taken.push_back(*args);
  }
  return true;
}

// REQUIRES: the arguments of the capability are read.
bool CheckBases(FormReader& forms, const DeclaredArguments& arguments) {
  for (const BaseName& base : forms.scope().bases) {
    if (std::ranges::binary_search(arguments.members, base.name, {}, &DeclaredMember::name)) {
      continue;
    }
    return forms.Fail(base.node,
                      "expected as base an absolute path, or the name of an argument "
                      "that the capability declares");
  }
  return true;
}

}  // namespace

bool ReadSchemaMap(FormReader& forms, std::uint32_t node, Member* members, std::size_t count,
                   const char* expected) {
  if (!forms.ReadMap(node, members, count, expected)) return false;
  for (const Member* member = members; member != members + count; ++member) {
    if (member->key == kAbsent || member->value != kAbsent) continue;
    return forms.Fail(member->key + 1,
                      member->name == "const"
                          ? "expected nullable: true beside a type, instead of null"
                          : "expected a value, found null");
  }
  return true;
}

bool ReadSchema(FormReader& forms, std::uint32_t node, SchemaPtr& schema) {
  if (!ReadOne(forms, node, nullptr, schema)) return false;
  if (ArgsOf(*schema) == nullptr) return true;
  return forms.Fail(node, "expected args in a command that is itself an argument alone");
}

bool ReadMembers(FormReader& forms, std::uint32_t node, std::vector<DeclaredMember>& members) {
  if (forms[node].kind != Kind::kMap) return forms.Fail(node, "expected a map of names to schemas");
  if (!forms.CheckKeys(node)) return false;
  std::vector<std::pair<std::string_view, std::uint32_t>> keys;
  for (std::uint32_t key = node + 1; key < forms[node].end; key = forms.NextMember(key)) {
    keys.emplace_back(forms[key].text, key + 1);
  }
  // Read in the order of the document, so that the first fault is the one that is reported.
  for (const auto& [name, value] : keys) {
    DeclaredMember& member = members.emplace_back();
    member.name = name;
    if (!ReadOne(forms, value, &member.optional, member.schema)) return false;
  }
  std::ranges::sort(members, {}, &DeclaredMember::name);
  std::ranges::sort(keys);
  std::vector<std::uint32_t> nodes;
  nodes.reserve(keys.size());
  for (const auto& key : keys) nodes.push_back(key.second);
  return CheckArgs(forms, nodes, members);
}

bool ReadArguments(FormReader& forms, std::uint32_t node, Capability& capability) {
  forms.scope().bases.clear();
  DeclaredArguments& arguments = capability.arguments.emplace();
  return ReadMembers(forms, node, arguments.members) && CheckBases(forms, arguments);
}

bool ReadOtherArguments(FormReader& forms, std::uint32_t node, Capability& capability) {
  if (!capability.arguments) return forms.Fail(node, "expected arguments beside other_arguments");
  forms.scope().bases.clear();
  return ReadSchema(forms, node, capability.arguments->other) &&
         CheckBases(forms, *capability.arguments);
}

bool ReadDefinitions(FormReader& forms, std::uint32_t node, Context& context) {
  if (forms[node].kind != Kind::kMap) return forms.Fail(node, "expected a map of names to schemas");
  if (!forms.CheckKeys(node)) return false;
  SchemaScope& scope = forms.scope();
  scope.is_definition = true;
  for (std::uint32_t key = node + 1; key < forms[node].end; key = forms.NextMember(key)) {
    const std::string name(forms[key].text);
    if (!IsDefinitionName(name)) {
      return forms.Fail(key,
                        "expected a name: a lower-case letter, then at most 63 lower-case letters, "
                        "digits, - and _");
    }
    scope.bases.clear();
    SchemaPtr schema;
    if (!ReadOne(forms, key + 1, nullptr, schema)) return false;
    auto named = std::make_shared<Schema>(*schema);
    named->definition = name;
    context.definitions.emplace(name, named);
    scope.definitions.emplace(name, Definition{std::move(named), std::move(scope.bases)});
  }
  scope.is_definition = false;
  return true;
}

}  // namespace callgate::policy
