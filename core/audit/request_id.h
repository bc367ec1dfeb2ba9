#ifndef CALLGATE_CORE_AUDIT_REQUEST_ID_H_
#define CALLGATE_CORE_AUDIT_REQUEST_ID_H_

#include <string>
#include <string_view>

namespace callgate::audit {

// An integer as RFC 8785 holds it, or, beyond 2^53 - 1 either way, as a text in hexadecimal.
// REQUIRES: `digits` is an integer of JSON.
std::string IntegerText(std::string_view digits);

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_REQUEST_ID_H_
