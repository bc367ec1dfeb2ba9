#include "core/policy/explain/schemas_of.h"

#include "core/policy/evaluate/object_schema.h"
#include "core/policy/explain/value_cause.h"

namespace callgate::policy {
namespace {

const Schema* SchemaOf(const ObjectSchema& object, std::string_view name) {
  for (const DeclaredMember& member : object.properties) {
    if (member.name == name) return member.schema.get();
  }
  return object.additional;
}

}  // namespace

std::vector<const Schema*> SchemasOf(const DeclaredArguments& declared, const Arguments& arguments,
                                     std::uint32_t item) {
  std::vector<const Schema*> all;
  const Item& at = arguments[item];
  const auto add = [&all](const Schema* schema) {
    if (schema != nullptr) all.push_back(schema);
  };
  if (at.parent == kNoItem) {
    add(SchemaOf(ObjectSchema::Of(declared), at.key));
    return all;
  }
  for (const Schema* around : SchemasOf(declared, arguments, at.parent)) {
    for (const Schema* branch : BranchesOf(*around)) {
      add(at.is_member ? SchemaOf(ObjectSchema::Of(*branch), at.key) : branch->items.get());
    }
  }
  return all;
}

std::vector<DeclaredMember> MembersOf(const DeclaredArguments& declared, const Arguments& arguments,
                                      std::uint32_t object) {
  if (object == kNoItem) return declared.members;
  for (const Schema* schema : SchemasOf(declared, arguments, object)) {
    for (const Schema* branch : BranchesOf(*schema)) {
      if ((branch->types & kObjectType) != 0) return branch->properties;
    }
  }
  return {};
}

}  // namespace callgate::policy
