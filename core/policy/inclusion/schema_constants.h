// What schemas say of values by themselves: which they list, whether they accept one, and whether
// they accept any.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_SCHEMA_CONSTANTS_H_
#define CALLGATE_CORE_POLICY_INCLUSION_SCHEMA_CONSTANTS_H_

#include <optional>
#include <string_view>
#include <vector>

#include "core/policy/model/schema.h"

namespace callgate::policy {

// Two declared capabilities that are compared: what the arguments of a call say of a base.
struct Scope {
  const DeclaredArguments& outer;
  const DeclaredArguments& inner;  // the calls are those that it accepts
};

// A value that a schema lists. A number that stands for itself alone is written as an integer; else
// it stands for every spelling of its value.
struct Listed {
  Constant value;
  bool as_integer = false;
};

// As documents write it. REQUIRES: the schema has a kind.
std::string_view NameOfKind(const Schema& schema) noexcept;
// The types of values other than null, kinds and constants considered.
JsonTypes TypesOf(const Schema& schema) noexcept;
bool AcceptsNull(const Schema& schema) noexcept;
// No value but null passes; false where that is not certain.
bool AcceptsNothing(const Schema& schema);
// All values but null of one type that the schema accepts, where they are few enough to be listed.
// REQUIRES: no anyOf, not `any`.
std::optional<std::vector<Listed>> ListOf(const Schema& schema, JsonTypes type, const Scope& scope);

// The keyword by which the schema refuses the value; empty where it accepts it, in each spelling.
std::string_view FindRefusal(const Schema& schema, const Listed& value, const Scope& scope);

// The member of that name; null where none is.
const DeclaredMember* FindMember(const std::vector<DeclaredMember>& members, std::string_view name);
// A key that only an explicit listing lets through.
bool IsPrototypeKey(std::string_view key) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_SCHEMA_CONSTANTS_H_
