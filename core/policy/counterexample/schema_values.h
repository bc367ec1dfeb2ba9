// Values that a schema is likely to accept, and such as other schemas are likely to refuse.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_SCHEMA_VALUES_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_SCHEMA_VALUES_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/policy/counterexample/candidate_values.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// Schemas whose boundaries values are taken at, and which need not accept them.
using Neighbours = std::vector<const Schema*>;

// Values as JSON, the likeliest first: at the ends of each interval, one for each entry and each
// constant, with and without optional members. Some may be refused: callers evaluate them. What a
// pattern asks for is tried in the texts of patterns alike.
JsonTexts ValuesOf(const Schema& schema, const Neighbours& neighbours);

// Ways to give the arguments: each member with its values, an optional one also left out. Further
// members have a name that is not listed, or that a neighbour lists; what continues a command is
// one as well.
struct DeclaredChoice {
  std::string name;
  JsonTexts values;
  bool optional = false;
};
std::vector<DeclaredChoice> ChoicesOf(const DeclaredArguments& declared,
                                      const std::vector<const DeclaredArguments*>& neighbours,
                                      const Neighbours& further);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_SCHEMA_VALUES_H_
