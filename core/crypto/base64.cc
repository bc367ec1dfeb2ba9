#include "core/crypto/base64.h"

#include <sodium.h>

#include <array>
#include <cstring>

#include "callgate/crypto.h"
#include "core/crypto/sodium.h"

namespace callgate {
namespace crypto {
namespace {

constexpr std::string_view kCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint32_t kBad = 0xff00'0000;

// For each place among four characters, what a character adds to the 24 bits of three bytes.
using DecodeTables = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr DecodeTables TablesFor(std::string_view characters) {
  DecodeTables tables{};
  for (std::size_t place = 0; place < 4; ++place) {
    for (std::uint32_t& entry : tables[place]) entry = kBad;
    for (std::uint32_t i = 0; i < 64; ++i) {
      tables[place][static_cast<unsigned char>(characters[i])] = i << (18 - 6 * place);
    }
  }
  return tables;
}

constexpr DecodeTables kStandardTables = TablesFor(kCharacters);
constexpr DecodeTables kUrlTables = TablesFor(kUrlCharacters);

int SodiumVariant(Base64Alphabet alphabet) {
  return alphabet == Base64Alphabet::kStandardPadded ? sodium_base64_VARIANT_ORIGINAL
                                                     : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
}

// The two characters of each 12 bits.
using EncodePairs = std::array<std::array<char, 2>, 4096>;

constexpr EncodePairs PairsOf(std::string_view characters) {
  EncodePairs pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i)
    pairs[i] = {characters[i >> 6], characters[i & 63]};
  return pairs;
}

constexpr EncodePairs kStandardPairs = PairsOf(kCharacters);
constexpr EncodePairs kUrlPairs = PairsOf(kUrlCharacters);

std::string Encode(std::string_view bytes, Base64Alphabet alphabet) {
  std::string text;
  AppendBase64(bytes, alphabet, text);
  return text;
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
  const DecodeTables& tables = padded ? kStandardTables : kUrlTables;
  if (padded) {
    if (text.size() % 4 != 0) return kNotBase64;
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  }
  const unsigned char* in = Bytes(text);
  const char* const begin = out;
  std::uint32_t seen = 0;
  for (std::size_t quads = text.size() / 4; quads > 0; --quads, in += 4, out += 3) {
    const std::uint32_t bits =
        tables[0][in[0]] | tables[1][in[1]] | tables[2][in[2]] | tables[3][in[3]];
    seen |= bits;
    out[0] = static_cast<char>(bits >> 16);
    out[1] = static_cast<char>(bits >> 8);
    out[2] = static_cast<char>(bits);
  }
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return kNotBase64;
  if (rest != 0) {
    const std::uint32_t bits =
        tables[0][in[0]] | tables[1][in[1]] | (rest == 3 ? tables[2][in[2]] : 0);
    seen |= bits;
    // Bits that no byte uses must be zero, or one byte string would have several spellings.
    if ((bits & (rest == 2 ? 0xffff : 0xff)) != 0) return kNotBase64;
    *out++ = static_cast<char>(bits >> 16);
    if (rest == 3) *out++ = static_cast<char>(bits >> 8);
  }
  if ((seen & kBad) != 0) return kNotBase64;
  return static_cast<std::size_t>(out - begin);
}

void AppendBase64(std::string_view bytes, Base64Alphabet alphabet, std::string& out) {
  const bool padded = alphabet == Base64Alphabet::kStandardPadded;
  const EncodePairs& pairs = padded ? kStandardPairs : kUrlPairs;
  const std::size_t rest = bytes.size() % 3;
  const std::size_t begin = out.size();
  out.resize(begin + bytes.size() / 3 * 4 + (rest == 0 ? 0 : padded ? 4 : rest + 1), '=');
  const unsigned char* in = Bytes(bytes);
  char* to = out.data() + begin;
  for (std::size_t whole = bytes.size() / 3; whole > 0; --whole, in += 3, to += 4) {
    const std::uint32_t bits = in[0] << 16 | in[1] << 8 | in[2];
    std::memcpy(to, pairs[bits >> 12].data(), 2);
    std::memcpy(to + 2, pairs[bits & 0xfff].data(), 2);
  }
  if (rest != 0) {
    const std::uint32_t bits = in[0] << 16 | (rest == 2 ? in[1] << 8 : 0);
    std::memcpy(to, pairs[bits >> 12].data(), 2);
    if (rest == 2) to[2] = pairs[bits & 0xfff][0];
  }
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
