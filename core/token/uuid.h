#ifndef CALLGATE_CORE_TOKEN_UUID_H_
#define CALLGATE_CORE_TOKEN_UUID_H_

#include <string>
#include <string_view>

namespace callgate::token {

// A random UUIDv4 (RFC 9562 section 5.4), in lower case.
std::string RandomUuid();
// True for the text of a UUIDv4, in lower case.
[[nodiscard]] bool IsUuid(std::string_view text) noexcept;

}  // namespace callgate::token

#endif  // CALLGATE_CORE_TOKEN_UUID_H_
