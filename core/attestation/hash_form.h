#ifndef CALLGATE_CORE_ATTESTATION_HASH_FORM_H_
#define CALLGATE_CORE_ATTESTATION_HASH_FORM_H_

#include <string_view>

#include "core/base/ascii.h"
#include "core/base/hex.h"

namespace callgate::attestation {

// "sha256:" and 64 lower-case hexadecimal digits.
[[nodiscard]] constexpr bool IsSha256Text(std::string_view text) noexcept {
  constexpr std::string_view kAlgorithm = "sha256:";
  constexpr std::size_t kDigits = 64;
  if (text.size() != kAlgorithm.size() + kDigits || !text.starts_with(kAlgorithm)) return false;
  for (const char c : text.substr(kAlgorithm.size())) {
    if (!base::IsHexDigit(c) || base::IsAsciiUpper(c)) return false;
  }
  return true;
}

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_HASH_FORM_H_
