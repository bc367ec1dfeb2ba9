// Text of others in messages: bounded, and with nothing that moves a cursor or hides.
#ifndef CALLGATE_CORE_BASE_SHOWN_H_
#define CALLGATE_CORE_BASE_SHOWN_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace callgate::base {

inline constexpr std::size_t kMostShown = 64;  // bytes

// At most 64 bytes of UTF-8, then "…" where there were more. Control characters, those that turn
// the direction of writing, those without width, and bytes that are no UTF-8 are shown as \u202E or
// \xFF.
std::string Shown(std::string_view text);
// All of it. For text that is bounded already.
std::string ShownWhole(std::string_view text);

}  // namespace callgate::base

#endif  // CALLGATE_CORE_BASE_SHOWN_H_
