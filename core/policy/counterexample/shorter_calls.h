// Calls that say less than another.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_SHORTER_CALLS_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_SHORTER_CALLS_H_

#include <string>
#include <vector>

#include "callgate/json.h"

namespace callgate::policy {

// The value, as JSON, with one member less somewhere, or with one element or all but one of a list
// less: what stands further out first. At most 64, and none of a long value.
std::vector<std::string> ShorterOf(json::Value value);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_SHORTER_CALLS_H_
