// What a change of a context allows and denies.
#ifndef CALLGATE_CORE_POLICY_DIFF_H_
#define CALLGATE_CORE_POLICY_DIFF_H_

#include "callgate/policy.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// Every difference of the two documents, each with what the ceiling's method both ways says of it
// and with a witness where one is found within a budget of trials. The two are within each other
// and limit answers alike exactly when no change has an effect. Names, descriptions, unused
// definitions and the order of capabilities and entries are no difference. REQUIRES: both came from
// Compile and have `json`.
PolicyDiff Diff(const Context& before, const Context& after);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DIFF_H_
