// Whether the arguments of a call are as a capability declares them.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_SCHEMA_CHECK_H_
#define CALLGATE_CORE_POLICY_EVALUATE_SCHEMA_CHECK_H_

#include "core/policy/evaluate/call_paths.h"
#include "core/policy/evaluate/capability_check.h"
#include "core/policy/evaluate/object_schema.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// Walks the call once. Reports the fault of the earliest stage, and of these the first in the call;
// of an object's faults that it lacks a member comes last.
[[nodiscard]] CheckResult CheckDeclared(const DeclaredArguments& declared,
                                        const Arguments& arguments, CallPaths& paths);

// What a schema says of one item. `siblings` are the members of the object that holds it; none in a
// list.
[[nodiscard]] CheckResult CheckItem(const Schema& schema, const Arguments& arguments,
                                    std::uint32_t item, MemberRange siblings);
[[nodiscard]] inline bool Accepts(const Schema& schema, const Arguments& arguments,
                                  std::uint32_t item, MemberRange siblings) {
  return CheckItem(schema, arguments, item, siblings).passed();
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_SCHEMA_CHECK_H_
