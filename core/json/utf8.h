#ifndef CALLGATE_CORE_JSON_UTF8_H_
#define CALLGATE_CORE_JSON_UTF8_H_

#include <cstddef>
#include <string_view>

namespace callgate::json {

// Offset of the first byte that does not begin well-formed UTF-8; npos when there is none.
std::size_t FindInvalidUtf8(std::string_view text) noexcept;

}  // namespace callgate::json

#endif  // CALLGATE_CORE_JSON_UTF8_H_
