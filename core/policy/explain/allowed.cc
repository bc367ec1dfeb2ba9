#include "core/policy/explain/allowed.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "core/base/ascii.h"
#include "core/base/nearest.h"
#include "core/base/shown.h"
#include "core/policy/evaluate/denied_paths.h"
#include "core/policy/evaluate/kind_check.h"
#include "core/policy/evaluate/object_schema.h"
#include "core/policy/evaluate/schema_value.h"
#include "core/policy/explain/command_cause.h"
#include "core/policy/explain/listed.h"

namespace callgate::policy {
namespace {

constexpr auto kText = [](const auto& entry) -> const std::string& { return entry.text; };
constexpr auto kItself = [](const std::string& text) -> const std::string& { return text; };

std::string TextOf(const Constant& constant) {
  if (const auto* text = std::get_if<std::string>(&constant)) return *text;
  if (const auto* number = std::get_if<JsonNumber>(&constant)) return number->text;
  return std::get<bool>(constant) ? "true" : "false";
}

constexpr auto kTextOf = [](const auto& one) { return TextOf(one); };

// Declared arguments

// The schemas that declare a value: several where an anyOf has branches.
using Schemas = std::vector<const Schema*>;

void AddBranches(const Schema* schema, Schemas& all) {
  if (schema == nullptr) return;
  if (schema->any_of.empty()) all.push_back(schema);
  for (const SchemaPtr& branch : schema->any_of) AddBranches(branch.get(), all);
}

const Schema* SchemaOf(const ObjectSchema& object, std::string_view name) {
  for (const DeclaredMember& member : object.properties) {
    if (member.name == name) return member.schema.get();
  }
  return object.additional;
}

Schemas SchemasOf(const DeclaredArguments& declared, const Arguments& arguments,
                  std::uint32_t item) {
  Schemas all;
  const Item& at = arguments[item];
  if (at.parent == kNoItem) {
    AddBranches(SchemaOf(ObjectSchema::Of(declared), at.key), all);
    return all;
  }
  for (const Schema* around : SchemasOf(declared, arguments, at.parent)) {
    AddBranches(at.is_member ? SchemaOf(ObjectSchema::Of(*around), at.key) : around->items.get(),
                all);
  }
  return all;
}

// The members that an object may have.
std::vector<DeclaredMember> MembersOf(const DeclaredArguments& declared, const Arguments& arguments,
                                      std::uint32_t object) {
  if (object == kNoItem) return declared.members;
  for (const Schema* schema : SchemasOf(declared, arguments, object)) {
    if ((schema->types & kObjectType) != 0) return schema->properties;
  }
  return {};
}

std::string Missing(const DeclaredArguments& declared, const Arguments& arguments,
                    std::uint32_t object) {
  const MemberRange range = MemberRange::Of(arguments, object);
  for (const DeclaredMember& member : MembersOf(declared, arguments, object)) {
    if (member.optional || range.Find(arguments, member.name) != kNoItem) continue;
    return ": " + base::Shown(member.name);
  }
  return {};
}

// The one argument that must be there and is missing was probably meant.
std::string MissingInstead(const DeclaredArguments& declared, const Arguments& arguments,
                           std::uint32_t item) {
  const std::uint32_t object = arguments[item].parent;
  const MemberRange range = MemberRange::Of(arguments, object);
  std::vector<std::string> missing;
  for (const DeclaredMember& member : MembersOf(declared, arguments, object)) {
    if (member.optional || range.Find(arguments, member.name) != kNoItem) continue;
    missing.push_back(member.name);
  }
  if (missing.empty()) return {};
  base::Nearest nearest(arguments[item].key);
  for (const std::string& name : missing) nearest.Offer(name);
  if (!nearest.name().empty()) return nearest.Question();
  if (missing.size() > 1) return {};
  return "; did you mean " + base::Shown(missing.front()) + ", which is missing?";
}

std::string OfNumber(const Schema& schema) {
  std::string text;
  const auto add = [&](const char* what, const std::optional<JsonNumber>& bound) {
    if (!bound) return;
    text.append(text.empty() ? "; expected " : " and ").append(what).append(bound->text);
  };
  add("at least ", schema.minimum);
  add("more than ", schema.exclusive_minimum);
  add("at most ", schema.maximum);
  add("less than ", schema.exclusive_maximum);
  return text;
}

std::string OfCount(const std::optional<std::uint64_t>& least,
                    const std::optional<std::uint64_t>& most) {
  std::string text;
  if (least) text += "; expected at least " + std::to_string(*least);
  if (most) text += (least ? " and at most " : "; expected at most ") + std::to_string(*most);
  return text;
}

std::string OfTypes(JsonTypes types) {
  constexpr std::pair<JsonTypes, const char*> kNames[] = {
      {kStringType, "string"},   {kNumberType, "number"}, {kIntegerType, "integer"},
      {kBooleanType, "boolean"}, {kArrayType, "array"},   {kObjectType, "object"},
  };
  std::vector<std::string> names;
  for (const auto& [type, name] : kNames) {
    if ((types & type) != 0) names.emplace_back(name);
  }
  return Listed("accepted", names, kItself);
}

std::string LowerOf(std::string text) {
  std::ranges::transform(text, text.begin(), base::ToAsciiLower);
  return text;
}

std::string OfKind(const Schema& schema, std::string_view value, std::string_view rule) {
  if (const auto* path = std::get_if<PathKind>(&schema.kind); path && rule == "kind.path") {
    return Listed("allowed", path->allow, kText);
  }
  if (const auto* host = std::get_if<HostKind>(&schema.kind)) {
    if (rule == "domain.url-scheme") return Listed("allowed", host->schemes, kItself);
    const std::string scheme(value.substr(0, value.find("://")));
    if (rule == "kind.url" &&
        std::ranges::find(host->schemes, LowerOf(scheme)) == host->schemes.end()) {
      return ": the scheme " + base::Shown(scheme) + " is not allowed" +
             Listed("allowed", host->schemes, kItself);
    }
    if (rule == "kind.url" || rule == "kind.host") return Listed("allowed", host->allow, kText);
  }
  if (const auto* uri = std::get_if<UriKind>(&schema.kind); uri && rule == "kind.uri") {
    return Listed("allowed", uri->allow, kItself);
  }
  return {};
}

// The entry of `except` that covers the value.
std::string OfExcept(const Schema& schema, std::string_view value, CallPaths& paths) {
  if (const auto* path = std::get_if<PathKind>(&schema.kind)) {
    for (const PathEntry& entry : path->except) {
      PathKind alone = *path;
      alone.except = {entry};
      if (JudgePathKind(alone, value, JudgePath(value), paths) == "kind.except") {
        return ": " + base::Shown(entry.text);
      }
    }
  }
  if (const auto* host = std::get_if<HostKind>(&schema.kind)) {
    for (const DomainEntry& entry : host->except) {
      HostKind alone = *host;
      alone.except = {entry};
      if (JudgeHostKind(alone, value) == "kind.except") return ": " + base::Shown(entry.text);
    }
  }
  return {};
}

// The words of a command, as far as they show without quotes.
std::vector<std::string_view> WordsOf(json::Value command) {
  std::vector<std::string_view> words;
  if (command.is_array()) {
    for (const json::Value word : command.elements()) {
      if (word.is_string()) words.push_back(word.string());
    }
    return words;
  }
  if (!command.is_string()) return words;
  std::string_view rest = command.string();
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (!word.empty()) words.push_back(word);
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  return words;
}

// Of a string, number or boolean that the schema itself refuses by the rule.
std::string OfScalar(const Schema& schema, std::string_view text, std::string_view rule,
                     CallPaths& paths) {
  if (rule == "kind.except") return OfExcept(schema, text, paths);
  if (rule == "schema.type") return OfTypes(schema.types);
  if (rule == "schema.bounds") return OfNumber(schema);
  if (rule == "schema.length") return OfCount(schema.min_length, schema.max_length);
  if (rule == "schema.pattern") return ": " + base::Shown(schema.pattern->text());
  if (rule == "schema.multiple-of") return ": " + std::to_string(*schema.multiple_of);
  if (rule == "schema.const") return Listed("accepted", *schema.constants, kTextOf);
  if (rule == "schema.enum") return Meant(text, "accepted", *schema.constants, kTextOf);
  return OfKind(schema, text, rule);
}

std::string OfDeclared(const DeclaredArguments& declared, const Arguments& arguments,
                       std::uint32_t item, std::string_view rule) {
  if (rule == "args.missing") return Missing(declared, arguments, item);
  if (item == kNoItem) return {};
  const auto name_of = [](const DeclaredMember& member) { return member.name; };
  if (rule == "args.undeclared") {
    const std::string missing = MissingInstead(declared, arguments, item);
    if (!missing.empty()) return missing;
    return Meant(arguments[item].key, "declared",
                 MembersOf(declared, arguments, arguments[item].parent), name_of);
  }
  const json::Value value = arguments[item].value;
  CallPaths paths(arguments);
  for (const Schema* schema : SchemasOf(declared, arguments, item)) {
    if (CommandOf(*schema) != nullptr) continue;  // command_cause.h
    if (rule == "schema.items") return OfCount(schema->min_items, schema->max_items);
    if (rule == "schema.additional" && schema->max_properties) {
      return OfCount(std::nullopt, schema->max_properties);
    }
    const Scalar scalar = Scalar::Of(value);
    if (JudgeScalar(*schema, scalar, paths).rule != rule) continue;
    return OfScalar(*schema, scalar.text, rule, paths);
  }
  return {};
}

// The short form

std::string OfSubcommand(const Capability& capability, json::Value command) {
  const std::vector<std::string_view> words = WordsOf(command);
  if (words.empty()) return {};
  for (const auto& [program, subcommands] : *capability.subcommand_allowlist) {
    if (words[0] != program && !words[0].ends_with("/" + program)) continue;
    return Meant(words.size() > 1 ? words[1] : "", "allowed", subcommands, kItself);
  }
  return {};
}

std::string OfShort(const Capability& capability, const Arguments& arguments, std::uint32_t item,
                    std::string_view rule) {
  if (rule == "path.every" && capability.path_allowlist) {
    return Listed("allowed", *capability.path_allowlist, kText);
  }
  if (rule == "domain.every" && capability.domain_allowlist) {
    return Listed("allowed", *capability.domain_allowlist, kText);
  }
  if (rule == "command.entry-prefix" && capability.command_allowlist) {
    return Listed("allowed", *capability.command_allowlist, kText);
  }
  if (item == kNoItem) return {};
  if (rule == "only.other") {
    return Meant(arguments[item].key, "listed", *capability.only_arguments, kItself);
  }
  if (rule.starts_with("subcommand.")) return OfSubcommand(capability, arguments[item].value);
  if (rule == "pattern.whole") {
    const auto pattern = capability.argument_patterns.find(arguments[item].folded);
    if (pattern != capability.argument_patterns.end()) {
      return ": " + base::Shown(pattern->second.text());
    }
  }
  return {};
}

}  // namespace

std::string TextOf(const CommandRule& rule) {
  std::string text;
  for (const std::string& word : rule.words) text += (text.empty() ? "" : " ") + word;
  if (!rule.then) return text;
  text += ' ';
  for (std::size_t i = 0; i < rule.then->size(); ++i) text += (i == 0 ? "" : "|") + (*rule.then)[i];
  return text;
}

std::string TextOf(const CommandOption& option) {
  switch (option.shape) {
    case CommandOption::Shape::kFlag:
      return option.name;
    case CommandOption::Shape::kAttached:
      return option.name + "VALUE";
    case CommandOption::Shape::kNextWord:
      return option.name + " VALUE";
  }
  return option.name;
}

std::string AllowedBy(const Schema& schema, std::string_view text, std::string_view rule,
                      CallPaths& paths) {
  Schemas branches;
  AddBranches(&schema, branches);
  for (const Schema* branch : branches) {
    if (JudgeString(*branch, text, paths).rule == rule) return OfScalar(*branch, text, rule, paths);
  }
  return {};
}

std::string CauseOfCommand(const Capability& capability, const Arguments& arguments,
                           std::uint32_t item) {
  if (!capability.arguments || item == kNoItem) return {};
  CallPaths paths(arguments);
  for (const Schema* schema : SchemasOf(*capability.arguments, arguments, item)) {
    const CommandKind* const kind = CommandOf(*schema);
    if (kind == nullptr) continue;
    const std::uint32_t args =
        ArgsOf(*kind, arguments, MemberRange::Of(arguments, arguments[item].parent));
    return CommandCause(*kind, arguments[item].value,
                        args == kNoItem ? std::nullopt : std::optional(arguments[args].value),
                        paths);
  }
  return {};
}

std::string AllowedInstead(const Capability& capability, const Arguments& arguments,
                           std::uint32_t item, std::string_view rule) {
  return capability.arguments ? OfDeclared(*capability.arguments, arguments, item, rule)
                              : OfShort(capability, arguments, item, rule);
}

}  // namespace callgate::policy
