// The distinguished encoding of ASN.1 (X.690 clauses 8, 10, 11), of which libcrypto's decoder
// checks only a part.
#ifndef CALLGATE_CORE_TRUST_DER_H_
#define CALLGATE_CORE_TRUST_DER_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace callgate::trust {

inline constexpr std::uint8_t kDerInteger = 0x02;
inline constexpr std::uint8_t kDerBitString = 0x03;
inline constexpr std::uint8_t kDerObjectIdentifier = 0x06;
inline constexpr std::uint8_t kDerSequence = 0x30;
inline constexpr std::uint8_t kDerUtcTime = 0x17;
inline constexpr std::uint8_t kDerGeneralizedTime = 0x18;

struct DerElement {
  std::uint8_t tag = 0;
  std::string_view whole;    // with tag and length
  std::string_view content;  // without
};

// Takes the element that `bytes` begin with. nullopt for a tag of several bytes, and for a length
// that is indefinite, not minimal, over 4 bytes, or beyond the end.
std::optional<DerElement> TakeDerElement(std::string_view& bytes) noexcept;

// `bytes` are exactly one element, and so is, nested at most 32 deep, all that is constructed in
// it: booleans are 00 or FF, integers and object identifiers minimal, unused bits zero, strings not
// in parts. Not checked: the order in a SET OF, and what octet strings hold.
[[nodiscard]] bool IsStrictDer(std::string_view bytes) noexcept;

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_DER_H_
