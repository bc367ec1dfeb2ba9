// What a schema declares of the members of an object, and which of them a call holds.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_OBJECT_SCHEMA_H_
#define CALLGATE_CORE_POLICY_EVALUATE_OBJECT_SCHEMA_H_

#include <cstdint>
#include <string_view>

#include "core/policy/evaluate/arguments.h"
#include "core/policy/evaluate/call_paths.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// The members of one object of a call, as their items.
struct MemberRange {
  std::uint32_t first = 0;
  std::uint32_t end = 0;

  // `object` is kNoItem for the arguments themselves.
  static MemberRange Of(const Arguments& arguments, std::uint32_t object) noexcept {
    if (object == kNoItem) return {0, arguments.size()};
    return {object + 1, arguments[object].end};
  }
  // kNoItem where there is none of that name.
  std::uint32_t Find(const Arguments& arguments, std::string_view name) const noexcept;
};

struct ObjectSchema {
  static ObjectSchema Of(const DeclaredArguments& declared) noexcept {
    return {declared.members, declared.other.get(), nullptr};
  }
  static ObjectSchema Of(const Schema& schema) noexcept {
    return {schema.properties, schema.additional.get(), schema.property_names.get()};
  }

  // The listed member whose command goes on under `key`; null without.
  const DeclaredMember* ContinuedBy(std::string_view key) const noexcept;
  // The rule that refuses a member that is neither listed nor continues a command; empty where
  // `additional` judges it.
  [[nodiscard]] std::string_view JudgeKey(std::string_view key, CallPaths& paths) const;

  const std::vector<DeclaredMember>& properties;
  const Schema* additional;
  const Schema* names;  // of additional members; null: any
};

inline const CommandKind* CommandOf(const Schema& schema) noexcept {
  return std::get_if<CommandKind>(&schema.kind);
}

// The member that goes on with the command; kNoItem without. `siblings` are those around it.
inline std::uint32_t ArgsOf(const CommandKind& command, const Arguments& arguments,
                            MemberRange siblings) noexcept {
  return command.args.empty() ? kNoItem : siblings.Find(arguments, command.args);
}

// Gives `visit` every member with its declaration, null where it is not listed, until it returns
// true. Both the members of an object and those that are declared are sorted by name. Returns true
// when a member that must be there is missing, as far as was looked.
template <typename Visit>  // bool(std::uint32_t item, const DeclaredMember* listed)
bool ForEachMember(const Arguments& arguments, const ObjectSchema& schema, MemberRange members,
                   Visit&& visit) {
  bool is_missing = false;
  auto next = schema.properties.begin();
  const auto end = schema.properties.end();
  for (std::uint32_t i = members.first; i < members.end; i = arguments[i].end) {
    const std::string_view key = arguments[i].key;
    bool is_listed = next != end && next->name == key;  // as most are
    if (!is_listed) {
      for (; next != end && next->name < key; ++next) is_missing = is_missing || !next->optional;
      is_listed = next != end && next->name == key;
    }
    if (visit(i, is_listed ? &*next : nullptr)) return is_missing;
    if (is_listed) ++next;
  }
  for (; next != end; ++next) is_missing = is_missing || !next->optional;
  return is_missing;
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_OBJECT_SCHEMA_H_
