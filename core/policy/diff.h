// What a change of a context allows and denies.
#ifndef CALLGATE_CORE_POLICY_DIFF_H_
#define CALLGATE_CORE_POLICY_DIFF_H_

#include "callgate/policy.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// The ceiling's method both ways: first what `after` allows beyond `before`, then what `before`
// allowed beyond `after`; at most one change for each capability. Empty exactly when the two are
// within each other. REQUIRES: both came from Compile.
PolicyDiff Diff(const Context& before, const Context& after);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DIFF_H_
