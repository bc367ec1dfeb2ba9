#include "core/policy/evaluate/object_schema.h"

#include "core/policy/evaluate/schema_value.h"

namespace callgate::policy {
namespace {

bool IsPrototypeKey(std::string_view key) noexcept {
  return key == "__proto__" || key == "constructor" || key == "prototype";
}

}  // namespace

std::uint32_t MemberRange::Find(const Arguments& arguments, std::string_view name) const noexcept {
  for (std::uint32_t i = first; i < end; i = arguments[i].end) {
    if (arguments[i].key == name) return i;
  }
  return kNoItem;
}

const DeclaredMember* ObjectSchema::ContinuedBy(std::string_view key) const noexcept {
  for (const DeclaredMember& member : properties) {
    const CommandKind* const command = CommandOf(*member.schema);
    if (command != nullptr && !command->args.empty() && command->args == key) return &member;
  }
  return nullptr;
}

std::string_view ObjectSchema::JudgeKey(std::string_view key, CallPaths& paths) const {
  // A list of names accepts those that are on it.
  const bool are_listed = names != nullptr && names->constants;
  if (IsPrototypeKey(key) && !are_listed) return "args.prototype";
  if (additional == nullptr) return "args.undeclared";
  return names != nullptr && JudgeString(*names, key, paths) ? "args.undeclared" : "";
}

}  // namespace callgate::policy
