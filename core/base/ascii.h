// Characters of ASCII, whatever the locale. No byte of a longer character in UTF-8 is one of them.
#ifndef CALLGATE_CORE_BASE_ASCII_H_
#define CALLGATE_CORE_BASE_ASCII_H_

#include <cstddef>
#include <string_view>

namespace callgate::base {

constexpr bool IsAsciiDigit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool IsAsciiLower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool IsAsciiUpper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool IsAsciiLetter(char c) noexcept { return IsAsciiLower(c) || IsAsciiUpper(c); }
// U+0000 to U+001F, and U+007F.
constexpr bool IsAsciiControl(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

constexpr char ToAsciiLower(char c) noexcept {
  return IsAsciiUpper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
}
// REQUIRES: IsAsciiLower(c).
constexpr char ToAsciiUpper(char c) noexcept { return static_cast<char>(c - ('a' - 'A')); }

// `text` begins with `prefix`, which is lower-case, in any case.
constexpr bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) noexcept {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (ToAsciiLower(text[i]) != prefix[i]) return false;
  }
  return true;
}
// `text` is `lower`, which is lower-case, in any case.
constexpr bool EqualsIgnoringCase(std::string_view text, std::string_view lower) noexcept {
  return text.size() == lower.size() && StartsWithIgnoringCase(text, lower);
}

}  // namespace callgate::base

#endif  // CALLGATE_CORE_BASE_ASCII_H_
