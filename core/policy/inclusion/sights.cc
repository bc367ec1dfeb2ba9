#include "core/policy/inclusion/sights.h"

#include <algorithm>

#include "core/policy/evaluate/kind_check.h"
#include "core/policy/inclusion/object_shape.h"
#include "core/policy/inclusion/schema_subsumption.h"

namespace callgate::policy {
namespace {

bool SeeAlike(const SchemaPtr& a, const SchemaPtr& b) {
  if (a == nullptr || b == nullptr) return a == b;
  return SeeAlike(*a, *b);
}

bool SeeAlike(const std::vector<SchemaPtr>& a, const std::vector<SchemaPtr>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const SchemaPtr& one, const SchemaPtr& other) { return SeeAlike(one, other); });
}

bool SeeAlike(const CommandRule& a, const CommandRule& b) {
  return a.words == b.words && a.then == b.then && SeeAlike(a.operand, b.operand) &&
         SeeAlike(a.operands_by_place, b.operands_by_place) && a.min_operands == b.min_operands &&
         a.max_operands == b.max_operands &&
         std::equal(a.options.begin(), a.options.end(), b.options.begin(), b.options.end(),
                    [](const CommandOption& one, const CommandOption& other) {
                      return one.shape == other.shape && one.name == other.name &&
                             SeeAlike(one.value, other.value);
                    });
}

bool SeeAlike(const CommandKind& a, const CommandKind& b) {
  return a.exec == b.exec && a.args == b.args &&
         std::equal(
             a.allow.begin(), a.allow.end(), b.allow.begin(), b.allow.end(),
             [](const CommandRule& one, const CommandRule& other) { return SeeAlike(one, other); });
}

bool AreKindsAlike(const Schema& a, const Schema& b) {
  if (a.kind.index() != b.kind.index()) return false;
  if (const auto* path = std::get_if<PathKind>(&a.kind)) {
    const auto& other = *std::get_if<PathKind>(&b.kind);
    if (path->base.has_value() != other.base.has_value()) return false;
    return (!path->base || path->base->text == other.base->text) &&
           path->base_argument == other.base_argument;
  }
  if (const auto* command = std::get_if<CommandKind>(&a.kind)) {
    return SeeAlike(*command, *std::get_if<CommandKind>(&b.kind));
  }
  return true;  // a URL and a bare host are read alike
}

bool AreMembersAlike(const Schema& a, const Schema& b) {
  return std::equal(a.properties.begin(), a.properties.end(), b.properties.begin(),
                    b.properties.end(), [](const DeclaredMember& one, const DeclaredMember& other) {
                      return one.name == other.name && SeeAlike(one.schema, other.schema);
                    });
}

// Any names that pass are the same.
bool AreNamesAlike(const SchemaPtr& a, const SchemaPtr& b) {
  if (a == nullptr || b == nullptr) return a == b;
  const DeclaredArguments none;
  const Scope scope{none, none};
  return !FindGap(*a, *b, scope) && !FindGap(*b, *a, scope);
}

}  // namespace

Sight::Sight(const ContextReach& context, std::string_view tool) {
  const Positions on_tool = context.On(tool);
  is_alone = on_tool.size() < 2;
  guesses = on_tool.empty();
  for (const std::uint32_t position : on_tool) {
    const auto& declared = context.context().capabilities[position].arguments;
    if (declared) {
      arguments.push_back(&*declared);
    } else {
      guesses = true;
    }
  }
}

void Sight::Add(const Schema& schema, bool lenient) {
  if (schema.any) {
    guesses_any = true;
    return;
  }
  for (const SchemaPtr& branch : schema.any_of) Add(*branch, lenient || !TakesOnlyPaths(schema));
  if (schema.any_of.empty()) views.push_back({&schema, lenient});
}

Sight Sight::OfMember(std::string_view name, bool certain) const {
  Sight sight;
  sight.is_alone = is_alone;
  sight.guesses = guesses;
  sight.guesses_any = guesses_any;
  const auto add = [&](const ObjectShape& shape, bool lenient) {
    if (const DeclaredMember* member = FindMember(shape.members(), name)) {
      sight.Add(*member->schema, lenient);
    } else if (shape.additional() != nullptr && !shape.Continues(name) &&
               (certain ? shape.AcceptsName(name) : shape.MayAccept(name))) {
      sight.Add(*shape.additional(), lenient);
    }
  };
  for (const DeclaredArguments* declared : arguments) add(ObjectShape(*declared), is_alone);
  for (const View& view : views) add(ObjectShape(*view.schema), view.lenient);
  return sight;
}

Sight Sight::OfAnyMember() const {
  Sight sight;
  sight.is_alone = is_alone;
  sight.guesses = guesses;
  sight.guesses_any = guesses_any;
  const auto add = [&](const ObjectShape& shape, bool lenient) {
    for (const DeclaredMember& member : shape.members()) sight.Add(*member.schema, lenient);
    if (shape.additional() != nullptr) sight.Add(*shape.additional(), lenient);
  };
  for (const DeclaredArguments* declared : arguments) add(ObjectShape(*declared), is_alone);
  for (const View& view : views) add(ObjectShape(*view.schema), view.lenient);
  return sight;
}

Sight Sight::OfElement() const {
  Sight sight;
  sight.is_alone = is_alone;
  sight.guesses = guesses;
  sight.guesses_any = guesses_any;
  for (const View& view : views) {
    if (view.schema->items != nullptr) sight.Add(*view.schema->items, view.lenient);
  }
  return sight;
}

Schema AsObject(const DeclaredArguments& arguments) {
  Schema object;
  object.properties = arguments.members;
  object.additional = arguments.other;
  return object;
}

bool SeeAlike(const Schema& a, const Schema& b) {
  if (!SeesAnything(a) && !SeesAnything(b)) return true;
  return a.any == b.any && AreKindsAlike(a, b) && SeeAlike(a.items, b.items) &&
         AreMembersAlike(a, b) && SeeAlike(a.additional, b.additional) &&
         AreNamesAlike(a.property_names, b.property_names) && SeeAlike(a.any_of, b.any_of) &&
         TakesOnlyPaths(a) == TakesOnlyPaths(b);
}

bool SeesAnything(const Schema& schema) {
  if (schema.any || !std::holds_alternative<std::monostate>(schema.kind)) return true;
  const auto sees = [](const SchemaPtr& below) { return SeesAnything(*below); };
  return (schema.items != nullptr && SeesAnything(*schema.items)) ||
         (schema.additional != nullptr && SeesAnything(*schema.additional)) ||
         std::any_of(schema.any_of.begin(), schema.any_of.end(), sees) ||
         std::any_of(schema.properties.begin(), schema.properties.end(),
                     [&](const DeclaredMember& member) { return sees(member.schema); });
}

}  // namespace callgate::policy
