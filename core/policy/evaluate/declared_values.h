// The strings and commands of a call, as a capability declares them.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_DECLARED_VALUES_H_
#define CALLGATE_CORE_POLICY_EVALUATE_DECLARED_VALUES_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "core/policy/evaluate/kind_check.h"
#include "core/policy/evaluate/object_schema.h"

namespace callgate::policy {

// A string of some kind, or a value that is declared to be a command or anything at all.
struct DeclaredValue {
  const Schema& schema;
  std::uint32_t item;  // of a command or of `any` whatever it is
  std::uint32_t args;  // that goes on with a command; kNoItem without
  bool may_be_other;   // a branch of an anyOf of which another may take the string for no path
};

// By the same definition, so that the same is seen of it.
inline bool Declares(const DeclaredArguments& declared, const DeclaredMember& member) noexcept {
  if (member.schema->definition.empty()) return false;
  const auto found = std::lower_bound(
      declared.members.begin(), declared.members.end(), member.name,
      [](const DeclaredMember& one, const std::string& name) { return one.name < name; });
  return found != declared.members.end() && found->name == member.name &&
         found->schema == member.schema;
}

// A number, boolean or text that stands for nothing: no deny entry looks at it.
inline bool IsPlain(const Schema& schema) noexcept {
  return std::holds_alternative<std::monostate>(schema.kind) && !schema.any &&
         schema.any_of.empty() && (schema.types & (kArrayType | kObjectType)) == 0;
}

// Gives `visit` each of them, as every branch of an anyOf declares it, until it returns true. What
// is of another type than declared, or not declared at all, is passed over: the capability refuses
// it. Each pair of an item and a place in the schemas is met once.
template <typename Visit>  // bool(const DeclaredValue& value)
class DeclaredValues {
 public:
  DeclaredValues(const Arguments& arguments, CallPaths& paths, Visit& visit) noexcept
      : arguments_(arguments), paths_(paths), visit_(visit) {}

  // But for members that `seen` declares by the same definition; it may be null.
  bool VisitAll(const DeclaredArguments& declared, const DeclaredArguments* seen) {
    return VisitMembers(ObjectSchema::Of(declared), MemberRange::Of(arguments_, kNoItem), seen,
                        false);
  }

 private:
  bool VisitMembers(const ObjectSchema& object, MemberRange members, const DeclaredArguments* seen,
                    bool may_be_other) {
    bool is_done = false;
    (void)ForEachMember(
        arguments_, object, members, [&](std::uint32_t i, const DeclaredMember* listed) {
          const std::string_view key = arguments_[i].key;
          if (listed != nullptr) {
            is_done = !(seen != nullptr && Declares(*seen, *listed)) &&
                      VisitValue(*listed->schema, i, members, may_be_other);
          } else if (!object.ContinuedBy(key) && object.JudgeKey(key, paths_).empty()) {
            is_done = VisitValue(*object.additional, i, {}, may_be_other);
          }
          return is_done;
        });
    return is_done;
  }

  bool VisitValue(const Schema& schema, std::uint32_t i, MemberRange siblings, bool may_be_other) {
    if (IsPlain(schema)) return false;
    const json::Value value = arguments_[i].value;
    if (schema.any) return visit_(DeclaredValue{schema, i, kNoItem, may_be_other});
    if (!schema.any_of.empty()) {
      may_be_other = may_be_other || !TakesOnlyPaths(schema);
      return std::any_of(schema.any_of.begin(), schema.any_of.end(), [&](const SchemaPtr& branch) {
        return VisitValue(*branch, i, siblings, may_be_other);
      });
    }
    if (const CommandKind* const command = CommandOf(schema)) {
      return visit_(DeclaredValue{schema, i, ArgsOf(*command, arguments_, siblings), may_be_other});
    }
    if (value.is_string()) return visit_(DeclaredValue{schema, i, kNoItem, may_be_other});
    if (value.is_array() && schema.items != nullptr) {
      for (std::uint32_t at = i + 1; at < arguments_[i].end; at = arguments_[at].end) {
        if (VisitValue(*schema.items, at, {}, may_be_other)) return true;
      }
    }
    if (value.is_object() && (schema.types & kObjectType) != 0) {
      return VisitMembers(ObjectSchema::Of(schema), MemberRange::Of(arguments_, i), nullptr,
                          may_be_other);
    }
    return false;
  }

  const Arguments& arguments_;
  CallPaths& paths_;
  Visit& visit_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_DECLARED_VALUES_H_
