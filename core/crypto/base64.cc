#include "core/crypto/base64.h"

#include <sodium.h>

#include <array>
#include <cstring>

#include "callgate/crypto.h"
#include "core/crypto/sodium.h"

namespace callgate {
namespace crypto {
namespace {

constexpr std::uint8_t kBad = 0x80;

constexpr std::array<std::uint8_t, 256> DecodeTable(const char* last_two) {
  std::array<std::uint8_t, 256> table{};
  for (std::uint8_t& entry : table) entry = kBad;
  for (std::uint8_t i = 0; i < 26; ++i) {
    table['A' + i] = i;
    table['a' + i] = static_cast<std::uint8_t>(26 + i);
  }
  for (std::uint8_t i = 0; i < 10; ++i) table['0' + i] = static_cast<std::uint8_t>(52 + i);
  table[static_cast<unsigned char>(last_two[0])] = 62;
  table[static_cast<unsigned char>(last_two[1])] = 63;
  return table;
}

constexpr std::array<std::uint8_t, 256> kStandardTable = DecodeTable("+/");
constexpr std::array<std::uint8_t, 256> kUrlTable = DecodeTable("-_");

int SodiumVariant(Base64Alphabet alphabet) {
  return alphabet == Base64Alphabet::kStandardPadded ? sodium_base64_VARIANT_ORIGINAL
                                                     : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
}

std::string Encode(std::string_view bytes, Base64Alphabet alphabet) {
  const int variant = SodiumVariant(alphabet);
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), Bytes(bytes), bytes.size(), variant);
  out.pop_back();  // the NUL
  return out;
}

std::optional<std::string> Decode(std::string_view text, Base64Alphabet alphabet) {
  std::string out(DecodedCapacity(text.size()), '\0');
  const std::size_t size = DecodeBase64(text, alphabet, out.data());
  if (size == kNotBase64) return std::nullopt;
  out.resize(size);
  return out;
}

}  // namespace

// libsodium's decoder takes the same time for all characters and for that about 10 ns for each,
// which is more than a token may cost. Signatures and tokens are no secrets.
std::size_t DecodeBase64(std::string_view text, Base64Alphabet alphabet, char* out) noexcept {
  const bool padded = alphabet == Base64Alphabet::kStandardPadded;
  const std::array<std::uint8_t, 256>& table = padded ? kStandardTable : kUrlTable;
  if (padded) {
    if (text.size() % 4 != 0) return kNotBase64;
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  }
  const unsigned char* in = Bytes(text);
  const char* const begin = out;
  std::uint32_t seen = 0;
  for (std::size_t quads = text.size() / 4; quads > 0; --quads, in += 4, out += 3) {
    const std::uint32_t a = table[in[0]], b = table[in[1]], c = table[in[2]], d = table[in[3]];
    seen |= a | b | c | d;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6 | d;
    out[0] = static_cast<char>(bits >> 16);
    out[1] = static_cast<char>(bits >> 8);
    out[2] = static_cast<char>(bits);
  }
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return kNotBase64;
  if (rest != 0) {
    const std::uint32_t a = table[in[0]], b = table[in[1]], c = rest == 3 ? table[in[2]] : 0;
    seen |= a | b | c;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6;
    // Bits that no byte uses must be zero, or one byte string would have several spellings.
    if ((bits & (rest == 2 ? 0xffff : 0xff)) != 0) return kNotBase64;
    *out++ = static_cast<char>(bits >> 16);
    if (rest == 3) *out++ = static_cast<char>(bits >> 8);
  }
  if ((seen & kBad) != 0) return kNotBase64;
  return static_cast<std::size_t>(out - begin);
}

bool DecodeSecret(std::string_view text, Base64Alphabet alphabet, char* out,
                  std::size_t size) noexcept {
  // libsodium 1.0.18 takes some bytes beyond ASCII for characters of the alphabet.
  unsigned char seen = 0;
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  std::size_t written = 0;
  return (seen & 0x80) == 0 &&
         sodium_base642bin(Bytes(out), size, text.data(), text.size(), nullptr, &written, nullptr,
                           SodiumVariant(alphabet)) == 0 &&
         written == size;
}

void EncodeSecret(std::string_view bytes, Base64Alphabet alphabet, char* out,
                  std::size_t capacity) noexcept {
  sodium_bin2base64(out, capacity, Bytes(bytes), bytes.size(), SodiumVariant(alphabet));
}

}  // namespace crypto

std::string Base64Encode(std::string_view bytes) {
  return crypto::Encode(bytes, crypto::Base64Alphabet::kStandardPadded);
}
std::optional<std::string> Base64Decode(std::string_view text) {
  return crypto::Decode(text, crypto::Base64Alphabet::kStandardPadded);
}
std::string Base64UrlEncode(std::string_view bytes) {
  return crypto::Encode(bytes, crypto::Base64Alphabet::kUrlUnpadded);
}
std::optional<std::string> Base64UrlDecode(std::string_view text) {
  return crypto::Decode(text, crypto::Base64Alphabet::kUrlUnpadded);
}

std::optional<Signature> DecodeSignature(std::string_view base64) noexcept {
  constexpr std::size_t kCharacters = 88;
  if (base64.size() != kCharacters) return std::nullopt;
  char bytes[crypto::DecodedCapacity(kCharacters)];
  if (crypto::DecodeBase64(base64, crypto::Base64Alphabet::kStandardPadded, bytes) !=
      kSignatureBytes) {
    return std::nullopt;
  }
  Signature signature;
  std::memcpy(signature.data(), bytes, kSignatureBytes);
  return signature;
}

}  // namespace callgate
