#include "core/policy/counterexample/larger_objects.h"

#include "core/policy/counterexample/string_values.h"
#include "core/policy/inclusion/object_shape.h"
#include "core/policy/inclusion/schema_constants.h"

namespace callgate::policy {
namespace {

constexpr std::uint64_t kMaxItems = 128;  // members of an object that is tried

// Members that `shape` lists by no name, as many as are asked for, where so many can be found.
std::vector<std::string> FurtherNames(const ObjectShape& shape, std::uint64_t count) {
  constexpr std::size_t kMaxTried = 1'000;
  std::vector<std::string> names;
  const auto append = [&](std::string name) {
    if (names.size() < count && FindMember(shape.members(), name) == nullptr &&
        shape.AcceptsName(name)) {
      AppendUnique(names, std::move(name));
    }
  };
  if (const auto listed = shape.ListedNames()) {
    for (const std::string_view name : *listed) append(std::string(name));
    return names;
  }
  const std::uint64_t least = shape.names() == nullptr ? 0 : shape.names()->min_length.value_or(0);
  for (std::size_t i = 0; i < kMaxTried && least < kMaxItems; ++i) {
    std::string name(1, static_cast<char>('a' + i % 26));
    if (i >= 26) name += std::to_string(i / 26);
    if (name.size() < least) name.resize(least, 'x');
    append(std::move(name));
  }
  if (shape.names() != nullptr) {
    for (std::string& text : StringsOf(*shape.names(), {})) append(std::move(text));
  }
  return names;
}

}  // namespace

void AppendLargerObjects(JsonTexts& objects, const Schema& schema,
                         const std::vector<DeclaredChoice>& choices, const Neighbours& neighbours) {
  const ObjectShape shape(schema);
  if (shape.additional() == nullptr) return;
  const JsonTexts values = ValuesOf(*shape.additional(), {});
  for (const Schema* neighbour : neighbours) {
    const std::uint64_t size = neighbour->max_properties.value_or(kMaxItems) + 1;
    if (values.empty() || size > kMaxItems || size > schema.max_properties.value_or(kMaxItems)) {
      continue;
    }
    Fragment members;
    for (const DeclaredChoice& choice : choices) {
      if (!choice.optional && !choice.values.empty()) {
        members.emplace_back(choice.name, choice.values[0]);
      }
    }
    if (members.size() >= size) continue;
    for (std::string& name : FurtherNames(shape, size - members.size())) {
      members.emplace_back(std::move(name), values[0]);
    }
    if (members.size() == size) AppendUnique(objects, JsonObject(members));
  }
}

}  // namespace callgate::policy
