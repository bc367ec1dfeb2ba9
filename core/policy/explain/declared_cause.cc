#include "core/policy/explain/declared_cause.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/policy/evaluate/object_schema.h"
#include "core/policy/evaluate/schema_check.h"
#include "core/policy/explain/command_cause.h"
#include "core/policy/explain/offence.h"
#include "core/policy/explain/rule_causes.h"
#include "core/policy/explain/schemas_of.h"
#include "core/policy/explain/value_cause.h"

namespace callgate::policy {
namespace {

using Members = std::vector<DeclaredMember>;

// The members that the call does not hold, those that must be there first.
Members AbsentOf(const Members& members, const Arguments& arguments, std::uint32_t object) {
  const MemberRange range = MemberRange::Of(arguments, object);
  Members absent;
  std::ranges::copy_if(members, std::back_inserter(absent), [&](const DeclaredMember& member) {
    return range.Find(arguments, member.name) == kNoItem;
  });
  std::ranges::stable_partition(absent, [](const auto& member) { return !member.optional; });
  return absent;
}

// `cmd` of `command`: the same first letter, and all letters in their order.
bool IsShortFor(std::string_view name, std::string_view longer) noexcept {
  if (name.size() < 2 || name.size() >= longer.size() || name[0] != longer[0]) return false;
  std::size_t met = 0;
  for (const char c : longer) met += met < name.size() && c == name[met] ? 1 : 0;
  return met == name.size();
}

Cause OfUndeclared(const Members& members, const Arguments& arguments, std::uint32_t item) {
  const std::string_view name = arguments[item].key;
  const Members absent = AbsentOf(members, arguments, arguments[item].parent);
  for (const DeclaredMember& member : absent) {
    if (!member.optional && IsShortFor(name, member.name)) {
      return {{}, "; did you mean " + base::Shown(member.name) + "?"};
    }
  }
  base::Nearest nearest(name);
  for (const DeclaredMember& member : absent) nearest.Offer(member.name);
  if (!nearest.name().empty()) return {{}, nearest.Question()};
  std::vector<std::string> names;
  for (const DeclaredMember& member : members) names.push_back(member.name);
  return {{}, Listed("declared", names)};
}

Cause OfMissing(const Members& members, const Arguments& arguments, std::uint32_t object) {
  const Members absent = AbsentOf(members, arguments, object);
  if (absent.empty() || absent.front().optional) return {};
  return {{}, ": " + base::Shown(absent.front().name)};
}

std::string OfEqual(json::Value list) {
  std::vector<Scalar> met;
  for (const json::Value element : list.elements()) {
    const Scalar scalar = Scalar::Of(element);
    for (std::size_t i = 0; i < met.size(); ++i) {
      if (!AreEqual(met[i], scalar)) continue;
      return "elements " + std::to_string(i) + " and " + std::to_string(met.size()) +
             " of the list are equal";
    }
    met.push_back(scalar);
  }
  return {};
}

MemberRange Beside(const Arguments& arguments, std::uint32_t item) {
  return arguments[item].is_member ? MemberRange::Of(arguments, arguments[item].parent)
                                   : MemberRange{};
}

// Of a schema that is no anyOf.
Cause OfSchema(const Schema& schema, const Arguments& arguments, std::uint32_t item,
               std::string_view rule) {
  const json::Value value = arguments[item].value;
  CallPaths paths(arguments);
  if (rule == "schema.items") return {{}, OfCount(schema.min_items, schema.max_items)};
  if (rule == "schema.unique") return {OfEqual(value), {}};
  if (rule == "schema.additional") return {{}, OfCount(std::nullopt, schema.max_properties)};
  const CommandKind* const command = CommandOf(schema);
  const bool is_of_schema = rule == "schema.length" || rule == "schema.pattern";
  if (command != nullptr && (value.is_string() || value.is_array()) &&
      !(value.is_string() && is_of_schema && JudgeText(schema, value.string()).rule == rule)) {
    const std::uint32_t args = ArgsOf(*command, arguments, Beside(arguments, item));
    std::optional<json::Value> continued;
    if (args != kNoItem) continued = arguments[args].value;
    return CauseOfCommand(*command, value, continued, rule, paths);
  }
  return CauseOfValue(schema, Scalar::Of(value), rule, paths);
}

Cause OfItem(const Schema& schema, const Arguments& arguments, std::uint32_t item) {
  std::size_t place = 0;
  StagedFault fault;
  const auto judge = [&](const Schema& branch) -> StagedFault {
    const CheckResult result = CheckItem(branch, arguments, item, Beside(arguments, item));
    if (result.fault.item != item) return {};
    return {result.fault.rule, result.stage};
  };
  const Schema* const closest = Closest(BranchesOf(schema), judge, place, fault);
  if (closest == nullptr) return {};
  Cause cause = OfSchema(*closest, arguments, item, fault.rule);
  if (schema.any_of.empty()) return cause;
  const json::Value value = arguments[item].value;
  if (cause.what.empty()) {
    cause.what = CauseOf(fault.rule);
    if (value.is_string()) cause.what += PlaceOfOffence(fault.rule, value.string());
  }
  return OfBranch(std::move(cause), place);
}

}  // namespace

Cause CauseInDeclared(const DeclaredArguments& declared, const Arguments& arguments,
                      std::uint32_t item, std::string_view rule) {
  if (rule == "args.missing") {
    return OfMissing(MembersOf(declared, arguments, item), arguments, item);
  }
  if (item == kNoItem) return {};
  if (rule == "args.undeclared") {
    return OfUndeclared(MembersOf(declared, arguments, arguments[item].parent), arguments, item);
  }
  if (rule.starts_with("args.") || rule == "operand.args" || rule == "key.twins") return {};
  for (const Schema* schema : SchemasOf(declared, arguments, item)) {
    const Fault fault = CheckItem(*schema, arguments, item, Beside(arguments, item)).fault;
    if (fault.rule == rule && fault.item == item) return OfItem(*schema, arguments, item);
  }
  return {};
}

}  // namespace callgate::policy
