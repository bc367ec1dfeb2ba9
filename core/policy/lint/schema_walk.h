// Walks over declared arguments.
#ifndef CALLGATE_CORE_POLICY_LINT_SCHEMA_WALK_H_
#define CALLGATE_CORE_POLICY_LINT_SCHEMA_WALK_H_

#include <string_view>

#include "core/policy/model/schema.h"

namespace callgate::policy {

// Calls `visit` with the schema and all below it, those of operands and options too.
template <typename Visit>  // void(const Schema&)
void ForEachSchema(const Schema& schema, const Visit& visit) {
  visit(schema);
  const auto below = [&](const SchemaPtr& one) {
    if (one != nullptr) ForEachSchema(*one, visit);
  };
  below(schema.items);
  below(schema.additional);
  below(schema.property_names);
  for (const DeclaredMember& member : schema.properties) below(member.schema);
  for (const SchemaPtr& branch : schema.any_of) below(branch);
  const auto* const command = std::get_if<CommandKind>(&schema.kind);
  if (command == nullptr) return;
  for (const CommandRule& rule : command->allow) {
    below(rule.operand);
    for (const SchemaPtr& operand : rule.operands_by_place) below(operand);
    for (const CommandOption& option : rule.options) below(option.value);
  }
}

// With the name of the top-level argument; empty for those of other_arguments.
template <typename Visit>  // void(std::string_view argument, const Schema&)
void ForEachSchema(const DeclaredArguments& arguments, const Visit& visit) {
  for (const DeclaredMember& member : arguments.members) {
    ForEachSchema(*member.schema, [&](const Schema& schema) { visit(member.name, schema); });
  }
  if (arguments.other == nullptr) return;
  ForEachSchema(*arguments.other, [&](const Schema& schema) { visit(std::string_view(), schema); });
}

// Calls `visit` with each member that is declared by name, at any depth.
template <typename Visit>  // void(const DeclaredMember&)
void ForEachMember(const DeclaredArguments& arguments, const Visit& visit) {
  for (const DeclaredMember& member : arguments.members) visit(member);
  ForEachSchema(arguments, [&](std::string_view, const Schema& schema) {
    for (const DeclaredMember& member : schema.properties) visit(member);
  });
}

// Some string under the key, by itself or in a list, passes whatever it holds. The empty string
// alone holds nothing.
inline bool TakesAnyText(const Schema& schema) {
  if (schema.items != nullptr) return TakesAnyText(*schema.items);
  for (const SchemaPtr& branch : schema.any_of) {
    if (TakesAnyText(*branch)) return true;
  }
  return std::holds_alternative<std::monostate>(schema.kind) && (schema.types & kStringType) != 0 &&
         !schema.constants && !schema.pattern && schema.max_length != 0;
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_SCHEMA_WALK_H_
