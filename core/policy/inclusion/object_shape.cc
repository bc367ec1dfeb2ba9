#include "core/policy/inclusion/object_shape.h"

#include <algorithm>
#include <limits>

#include "core/policy/inclusion/schema_constants.h"

namespace callgate::policy {
namespace {

// No name of a member is a base.
bool AcceptsText(const Schema& schema, std::string_view text) {
  const DeclaredArguments none;
  return FindRefusal(schema, {std::string(text)}, {none, none}).empty();
}

// Some branch has a kind: what it accepts may rest on the rest of the call.
bool HasKind(const Schema& schema) {
  return !std::holds_alternative<std::monostate>(schema.kind) ||
         std::any_of(schema.any_of.begin(), schema.any_of.end(),
                     [](const SchemaPtr& branch) { return HasKind(*branch); });
}

// Some branch lists the text as a constant.
bool Lists(const Schema& schema, std::string_view text) {
  if (schema.constants) {
    for (const Constant& constant : *schema.constants) {
      const auto* const listed = std::get_if<std::string>(&constant);
      if (listed != nullptr && *listed == text) return true;
    }
  }
  return std::any_of(schema.any_of.begin(), schema.any_of.end(),
                     [&](const SchemaPtr& branch) { return Lists(*branch, text); });
}

void AppendContinuations(const Schema& schema, std::vector<std::string_view>& names) {
  const auto* const command = std::get_if<CommandKind>(&schema.kind);
  if (command != nullptr && !command->args.empty()) names.push_back(command->args);
  for (const SchemaPtr& branch : schema.any_of) AppendContinuations(*branch, names);
}

std::vector<std::string_view> ContinuationsOf(const std::vector<DeclaredMember>& members) {
  std::vector<std::string_view> names;
  for (const DeclaredMember& member : members) AppendContinuations(*member.schema, names);
  return names;
}

}  // namespace

ObjectShape::ObjectShape(const DeclaredArguments& arguments)
    : members_(&arguments.members),
      additional_(arguments.other.get()),
      names_(nullptr),
      top_(true),
      continuations_(ContinuationsOf(arguments.members)) {}

ObjectShape::ObjectShape(const Schema& schema)
    : members_(&schema.properties),
      additional_(schema.additional.get()),
      names_(schema.property_names.get()),
      max_properties_(schema.max_properties),
      top_(false),
      continuations_(ContinuationsOf(schema.properties)) {}

bool ObjectShape::Continues(std::string_view name) const noexcept {
  return std::find(continuations_.begin(), continuations_.end(), name) != continuations_.end();
}

std::optional<std::vector<std::string_view>> ObjectShape::ListedNames() const {
  if (names_ == nullptr || !names_->constants) return std::nullopt;
  std::vector<std::string_view> names;
  for (const Constant& constant : *names_->constants) {
    const auto* const text = std::get_if<std::string>(&constant);
    if (text != nullptr && AcceptsText(*names_, *text)) names.push_back(*text);
  }
  return names;
}

bool ObjectShape::AcceptsName(std::string_view name) const {
  if (names_ == nullptr) return !IsPrototypeKey(name);
  if (IsPrototypeKey(name) && !(names_->constants && Lists(*names_, name))) return false;
  return !HasKind(*names_) && AcceptsText(*names_, name);
}

bool ObjectShape::MayAccept(std::string_view name) const {
  if (additional_ == nullptr) return false;
  if (IsPrototypeKey(name) && (names_ == nullptr || !Lists(*names_, name))) return false;
  return names_ == nullptr || HasKind(*names_) || AcceptsText(*names_, name);
}

bool ObjectShape::Accepts(std::string_view name) const {
  return FindMember(*members_, name) != nullptr || Continues(name) || MayAccept(name);
}

std::uint64_t ObjectShape::MostMembers() const {
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  if (additional_ == nullptr) {
    most = members_->size() + continuations_.size();
  } else if (const auto names = ListedNames()) {
    most = members_->size() + continuations_.size() + names->size();
  }
  return std::min(most, max_properties_.value_or(most));
}

}  // namespace callgate::policy
