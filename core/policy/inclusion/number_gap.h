// Whether the bounds of one schema of numbers are within those of another.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_NUMBER_GAP_H_
#define CALLGATE_CORE_POLICY_INCLUSION_NUMBER_GAP_H_

#include <string_view>

#include "core/policy/model/schema.h"

namespace callgate::policy {

// The keyword of `outer` that refuses some number of the type which `inner` accepts; empty where
// there is none. REQUIRES: `type` is kNumberType or kIntegerType, and neither lists its values.
std::string_view FindNumberGap(const Schema& outer, const Schema& inner, JsonTypes type);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_NUMBER_GAP_H_
