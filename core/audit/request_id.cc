#include "core/audit/request_id.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "callgate/json.h"
#include "core/audit/bounded_json.h"
#include "core/base/hex.h"

namespace callgate::audit {
namespace {

// Time: the square of the digits, of which a number of JSON has few hundred.
std::string Hexadecimal(std::string_view digits) {
  std::vector<std::uint8_t> nibbles;  // the lowest first
  for (const char digit : digits) {
    unsigned carry = static_cast<unsigned>(digit - '0');
    for (std::uint8_t& nibble : nibbles) {
      carry += nibble * 10U;
      nibble = static_cast<std::uint8_t>(carry & 15U);
      carry >>= 4U;
    }
    for (; carry != 0; carry >>= 4U) nibbles.push_back(static_cast<std::uint8_t>(carry & 15U));
  }
  std::string text;
  for (auto nibble = nibbles.rbegin(); nibble != nibbles.rend(); ++nibble) {
    text += base::kHexDigits[*nibble];
  }
  return text;
}

}  // namespace

std::string IntegerText(std::string_view digits) {
  if (auto canonical = json::Canonicalize(digits)) return std::move(canonical).value();
  const bool is_negative = digits.starts_with('-');
  if (is_negative) digits.remove_prefix(1);
  std::string text;
  json::AppendString((is_negative ? "-0x" : "0x") + Hexadecimal(digits), text);
  return text;
}

}  // namespace callgate::audit
