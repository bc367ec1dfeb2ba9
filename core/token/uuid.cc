#include "core/token/uuid.h"

#include <array>
#include <cstdint>

#include "callgate/crypto.h"
#include "core/base/ascii.h"
#include "core/base/hex.h"

namespace callgate::token {

std::string RandomUuid() {
  std::array<std::uint8_t, 16> bytes;
  RandomBytes(bytes.data(), bytes.size());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string uuid;
  uuid.reserve(36);
  base::AppendHex(bytes, uuid);
  for (const std::size_t dash : {8, 13, 18, 23}) uuid.insert(dash, 1, '-');
  return uuid;
}

bool IsUuid(std::string_view text) noexcept {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_digit = base::IsHexDigit(c) && !base::IsAsciiUpper(c);
    const bool is_right = kForm[i] == 'x'   ? is_digit
                          : kForm[i] == 'y' ? c == '8' || c == '9' || c == 'a' || c == 'b'
                                            : c == kForm[i];
    if (!is_right) return false;
  }
  return true;
}

}  // namespace callgate::token
