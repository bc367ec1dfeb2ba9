// Objects with one member more than another schema takes.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_LARGER_OBJECTS_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_LARGER_OBJECTS_H_

#include <vector>

#include "core/policy/counterexample/schema_values.h"

namespace callgate::policy {

// For each neighbour with a largest number of members: the required ones of `choices`, and further
// ones until there is one too many for it, as JSON. None where the schema does not take as many.
void AppendLargerObjects(JsonTexts& objects, const Schema& schema,
                         const std::vector<DeclaredChoice>& choices, const Neighbours& neighbours);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_LARGER_OBJECTS_H_
