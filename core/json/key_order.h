#ifndef CALLGATE_CORE_JSON_KEY_ORDER_H_
#define CALLGATE_CORE_JSON_KEY_ORDER_H_

#include <string_view>

#include "callgate/json.h"

namespace callgate::json {

// True when `a` sorts before `b` by UTF-16 code units. REQUIRES: valid UTF-8.
bool LessUtf16(std::string_view a, std::string_view b) noexcept;
// True when the members of `object`, which are in code-point order, are in UTF-16 order too.
bool IsInUtf16Order(Value object) noexcept;

}  // namespace callgate::json

#endif  // CALLGATE_CORE_JSON_KEY_ORDER_H_
