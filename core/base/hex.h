// Hexadecimal digits: bytes to text and back by libsodium, which takes the same time whatever the
// bytes are, and single digits.
#ifndef CALLGATE_CORE_BASE_HEX_H_
#define CALLGATE_CORE_BASE_HEX_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace callgate::base {

inline constexpr std::string_view kHexDigits = "0123456789abcdef";

// Of either case.
constexpr bool IsHexDigit(char c) noexcept {
  return ('0' <= c && c <= '9') || ('a' <= c && c <= 'f') || ('A' <= c && c <= 'F');
}

// REQUIRES: IsHexDigit(c).
constexpr unsigned HexDigitValue(char c) noexcept {
  return c <= '9' ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

// Appends two lower-case digits a byte.
void AppendHex(std::span<const std::uint8_t> bytes, std::string& out);
[[nodiscard]] std::string ToHex(std::span<const std::uint8_t> bytes);

// Fills `bytes`. False, and `bytes` then holds anything, unless `text` is exactly two lower-case
// digits a byte, as AppendHex writes them.
[[nodiscard]] bool FromHex(std::string_view text, std::span<std::uint8_t> bytes) noexcept;

}  // namespace callgate::base

#endif  // CALLGATE_CORE_BASE_HEX_H_
