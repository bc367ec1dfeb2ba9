#ifndef CALLGATE_CORE_CRYPTO_BASE64_H_
#define CALLGATE_CORE_CRYPTO_BASE64_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace callgate::crypto {

enum class Base64Alphabet : std::uint8_t { kStandardPadded, kUrlUnpadded };

// Upper bound of the bytes that `characters` of base64 decode to.
constexpr std::size_t DecodedCapacity(std::size_t characters) { return characters / 4 * 3 + 2; }

inline constexpr std::size_t kNotBase64 = static_cast<std::size_t>(-1);

// Decodes into `out`, which must have room for DecodedCapacity(text.size()) bytes. Returns the
// number of bytes, or kNotBase64 for anything but the one spelling that encoding produces.
// For public texts only: the time depends on the characters. Secrets go through DecodeSecret.
std::size_t DecodeBase64(std::string_view text, Base64Alphabet alphabet, char* out) noexcept;

// Appends base64 of public bytes.
void AppendBase64(std::string_view bytes, Base64Alphabet alphabet, std::string& out);

// As DecodeBase64, for secrets, through libsodium, whose time does not depend on the characters:
// true when `text` is the one spelling of exactly `size` bytes, which are written to `out`.
[[nodiscard]] bool DecodeSecret(std::string_view text, Base64Alphabet alphabet, char* out,
                                std::size_t size) noexcept;

// Writes base64 of `bytes` and a NUL to `out`; `capacity` must hold both.
void EncodeSecret(std::string_view bytes, Base64Alphabet alphabet, char* out,
                  std::size_t capacity) noexcept;

}  // namespace callgate::crypto

#endif  // CALLGATE_CORE_CRYPTO_BASE64_H_
