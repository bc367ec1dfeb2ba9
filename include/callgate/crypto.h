// Ed25519 keys and signatures (RFC 8032) over libsodium, SHA-256, base64.
//
// Byte strings are std::string_view. Everything here is immutable and may be shared by threads.
#ifndef CALLGATE_CRYPTO_H_
#define CALLGATE_CRYPTO_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "callgate/result.h"

namespace callgate {

inline constexpr std::size_t kPublicKeyBytes = 32;
inline constexpr std::size_t kSecretKeyBytes = 32;  // the seed of RFC 8032
inline constexpr std::size_t kSignatureBytes = 64;

using Signature = std::array<std::uint8_t, kSignatureBytes>;
using Sha256Digest = std::array<std::uint8_t, 32>;

template <std::size_t N>
std::string_view AsBytes(const std::array<std::uint8_t, N>& bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

// An Ed25519 public key: the canonical encoding (y < p) of a point of the prime-order subgroup
// other than the identity, which is what every honestly generated key is. Every constructor refuses
// others with KEY_REFUSED: points of small order, of mixed order, off the curve, and second
// spellings. The check is libsodium's crypto_core_ed25519_is_valid_point and costs about two
// verifications.
class PublicKey {
 public:
  static Result<PublicKey> FromBytes(std::string_view bytes);  // 32 bytes
  static Result<PublicKey> FromBase64(
      std::string_view base64);                             // 44 characters, RFC 4648 section 4
  static Result<PublicKey> FromJwk(std::string_view json);  // RFC 8037: kty OKP, crv Ed25519
  static Result<PublicKey> FromPem(std::string_view pem);   // SPKI, RFC 8410

  const std::array<std::uint8_t, kPublicKeyBytes>& bytes() const noexcept { return bytes_; }
  std::string ToBase64() const;
  std::string ToJwk() const;       // {"crv":"Ed25519","kty":"OKP","x":"..."}
  std::string ToPem() const;       // SPKI
  std::string Thumbprint() const;  // RFC 7638, SHA-256, base64url

  // True only for a valid signature: cofactorless, canonical S, neither R nor A of small order.
  [[nodiscard]] bool Verify(std::string_view signature, std::string_view message) const noexcept;

  friend bool operator==(const PublicKey& a, const PublicKey& b) noexcept {
    return a.bytes_ == b.bytes_;
  }

 private:
  PublicKey() = default;
  std::array<std::uint8_t, kPublicKeyBytes> bytes_{};
};

// A public key made ready to verify many signatures: what depends on the key alone is done once.
class PreparedKey {
 public:
  explicit PreparedKey(const PublicKey& key) noexcept : key_(key) {}
  [[nodiscard]] bool Verify(const Signature& signature, std::string_view message) const noexcept;
  const PublicKey& key() const noexcept { return key_; }

 private:
  PublicKey key_;
};

// Bytes in guarded memory between inaccessible pages, locked as far as the system's limit on locked
// memory (RLIMIT_MEMLOCK) goes, erased on destruction. Move-only.
class SecretBytes {
 public:
  // Zero bytes of that size. Aborts when the system has no such memory.
  explicit SecretBytes(std::size_t size);
  std::string_view view() const noexcept { return {data_.get(), size_}; }
  char* data() noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }

 private:
  struct Erase {
    void operator()(char* data) const noexcept;
  };
  std::unique_ptr<char, Erase> data_;
  std::size_t size_;
};

// An Ed25519 private key in locked memory, erased on destruction. Move-only; a moved-from key must
// not be used but to be destroyed or assigned.
class SecretKey {
 public:
  static SecretKey Generate();
  static Result<SecretKey> FromBytes(std::string_view seed);  // 32 bytes
  // RFC 8037; `x` must belong to `d`, and `d` is written without escapes.
  static Result<SecretKey> FromJwk(std::string_view json);
  // PKCS#8 version 1 (RFC 8410), one block, unencrypted.
  static Result<SecretKey> FromPem(std::string_view pem);

  const PublicKey& public_key() const noexcept { return public_key_; }
  [[nodiscard]] Signature Sign(std::string_view message) const noexcept;

  SecretBytes ToBytes() const;
  SecretBytes ToJwk() const;
  SecretBytes ToPem() const;

 private:
  SecretKey(SecretBytes expanded, const PublicKey& public_key);
  SecretBytes expanded_;  // seed || public key, as libsodium signs with
  PublicKey public_key_;
};

// Strict verification of one signature by raw bytes; false for a key that PublicKey refuses. The
// key is checked each time: where it signs more than once, keep a PublicKey or a PreparedKey.
[[nodiscard]] bool Ed25519Verify(std::string_view public_key, std::string_view signature,
                                 std::string_view message) noexcept;

[[nodiscard]] Sha256Digest Sha256(std::string_view bytes) noexcept;
// Fills `out` from the system's random source.
void RandomBytes(void* out, std::size_t size) noexcept;

// RFC 4648 section 4 (padded) and section 5 (unpadded). Decoding accepts exactly the one spelling
// that encoding produces; nullopt otherwise.
std::string Base64Encode(std::string_view bytes);
std::optional<std::string> Base64Decode(std::string_view text);
std::string Base64UrlEncode(std::string_view bytes);
std::optional<std::string> Base64UrlDecode(std::string_view text);
// The 64 bytes of an 88-character signature, without allocating.
std::optional<Signature> DecodeSignature(std::string_view base64) noexcept;

}  // namespace callgate

#endif  // CALLGATE_CRYPTO_H_
