// The numbers that the bounds of a schema leave.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_NUMBER_BOUNDS_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_NUMBER_BOUNDS_H_

#include <string_view>

#include "core/policy/model/schema.h"

namespace callgate::policy {

// `number` meets the four bounds, as it is written and as its nearest double.
[[nodiscard]] bool MeetsBounds(const Schema& schema, std::string_view number);
// `number` is, by value, an integer within ±(2^53 - 1), and of `multiple_of` where that is said.
[[nodiscard]] bool IsIntegerOf(const Schema& schema, std::string_view number);
// Some number does, of the types that the schema names.
[[nodiscard]] bool LeavesANumber(const Schema& schema);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_NUMBER_BOUNDS_H_
