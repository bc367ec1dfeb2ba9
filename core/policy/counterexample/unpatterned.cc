#include "core/policy/counterexample/unpatterned.h"

namespace callgate::policy {
namespace {

class Transformation {
 public:
  explicit Transformation(const std::function<void(Schema&)>& change) : change_(change) {}

  void Apply(std::vector<SchemaPtr>& schemas) const {
    for (SchemaPtr& schema : schemas) Apply(schema);
  }

  void Apply(std::vector<DeclaredMember>& members) const {
    for (DeclaredMember& member : members) Apply(member.schema);
  }

  void Apply(SchemaPtr& schema) const {
    if (schema == nullptr) return;
    Schema copy = *schema;
    change_(copy);
    Apply(copy.items);
    Apply(copy.properties);
    Apply(copy.additional);
    Apply(copy.property_names);
    Apply(copy.any_of);
    if (auto* command = std::get_if<CommandKind>(&copy.kind)) {
      for (CommandRule& rule : command->allow) {
        for (CommandOption& option : rule.options) Apply(option.value);
        Apply(rule.operand);
        Apply(rule.operands_by_place);
      }
    }
    schema = std::make_shared<const Schema>(std::move(copy));
  }

 private:
  const std::function<void(Schema&)>& change_;
};

}  // namespace

DeclaredArguments WithEachSchema(const DeclaredArguments& arguments,
                                 const std::function<void(Schema&)>& change) {
  DeclaredArguments changed = arguments;
  const Transformation transformation(change);
  transformation.Apply(changed.members);
  transformation.Apply(changed.other);
  return changed;
}

DeclaredArguments WithoutPatterns(const DeclaredArguments& arguments) {
  return WithEachSchema(arguments, [](Schema& schema) { schema.pattern.reset(); });
}

}  // namespace callgate::policy
