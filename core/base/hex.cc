#include "core/base/hex.h"

#include <sodium.h>

namespace callgate::base {

void AppendHex(std::span<const std::uint8_t> bytes, std::string& out) {
  const std::size_t begin = out.size();
  const std::size_t digits = 2 * bytes.size();
  out.resize(begin + digits + 1);  // libsodium ends the text with a NUL
  sodium_bin2hex(out.data() + begin, digits + 1, bytes.data(), bytes.size());
  out.pop_back();
}

std::string ToHex(std::span<const std::uint8_t> bytes) {
  std::string text;
  AppendHex(bytes, text);
  return text;
}

bool FromHex(std::string_view text, std::span<std::uint8_t> bytes) noexcept {
  if (text.size() != 2 * bytes.size()) return false;
  // libsodium takes upper case, too.
  if (text.find_first_not_of(kHexDigits) != std::string_view::npos) return false;
  std::size_t read = 0;
  return sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &read,
                        nullptr) == 0 &&
         read == bytes.size();
}

}  // namespace callgate::base
