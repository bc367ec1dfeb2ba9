#include "core/policy/counterexample/unpatterned.h"

namespace callgate::policy {
namespace {

void Strip(SchemaPtr& schema);

void Strip(std::vector<SchemaPtr>& schemas) {
  for (SchemaPtr& schema : schemas) Strip(schema);
}

void Strip(std::vector<DeclaredMember>& members) {
  for (DeclaredMember& member : members) Strip(member.schema);
}

void Strip(SchemaPtr& schema) {
  if (schema == nullptr) return;
  Schema copy = *schema;
  copy.pattern.reset();
  Strip(copy.items);
  Strip(copy.properties);
  Strip(copy.additional);
  Strip(copy.property_names);
  Strip(copy.any_of);
  if (auto* command = std::get_if<CommandKind>(&copy.kind)) {
    for (CommandRule& rule : command->allow) {
      for (CommandOption& option : rule.options) Strip(option.value);
      Strip(rule.operand);
      Strip(rule.operands_by_place);
    }
  }
  schema = std::make_shared<const Schema>(std::move(copy));
}

}  // namespace

DeclaredArguments WithoutPatterns(const DeclaredArguments& arguments) {
  DeclaredArguments stripped = arguments;
  Strip(stripped.members);
  Strip(stripped.other);
  return stripped;
}

}  // namespace callgate::policy
