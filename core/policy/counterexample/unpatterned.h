// Declared arguments whose patterns are taken as satisfiable.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_UNPATTERNED_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_UNPATTERNED_H_

#include <functional>

#include "core/policy/model/schema.h"

namespace callgate::policy {

// The same arguments, each schema, at every depth, changed.
DeclaredArguments WithEachSchema(const DeclaredArguments& arguments,
                                 const std::function<void(Schema&)>& change);
// The same arguments, any string for one that matches a pattern.
DeclaredArguments WithoutPatterns(const DeclaredArguments& arguments);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_UNPATTERNED_H_
