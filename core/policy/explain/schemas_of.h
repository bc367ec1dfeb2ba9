// The schemas that declare a value of a call.
#ifndef CALLGATE_CORE_POLICY_EXPLAIN_SCHEMAS_OF_H_
#define CALLGATE_CORE_POLICY_EXPLAIN_SCHEMAS_OF_H_

#include <cstdint>
#include <vector>

#include "core/policy/evaluate/arguments.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// Several where an anyOf around the value has branches; an anyOf of the value itself is one.
std::vector<const Schema*> SchemasOf(const DeclaredArguments& declared, const Arguments& arguments,
                                     std::uint32_t item);

// The members that an object may have; kNoItem: the arguments.
std::vector<DeclaredMember> MembersOf(const DeclaredArguments& declared, const Arguments& arguments,
                                      std::uint32_t object);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EXPLAIN_SCHEMAS_OF_H_
