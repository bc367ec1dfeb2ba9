#include <sodium.h>

#include <cstring>

#include "callgate/crypto.h"
#include "core/crypto/base64.h"
#include "core/crypto/pem.h"
#include "core/crypto/sodium.h"
#include "core/json/object_writer.h"

namespace callgate {
namespace {

Error Refused(std::string message) { return Error{ErrorCode::kKeyRefused, std::move(message), ""}; }

}  // namespace

Result<PublicKey> PublicKey::FromBytes(std::string_view bytes) {
  if (bytes.size() != kPublicKeyBytes) return Refused("an Ed25519 public key has 32 bytes");
  crypto::RequireSodium();
  if (crypto_core_ed25519_is_valid_point(crypto::Bytes(bytes)) != 1) {
    return Refused("not a canonical point of Ed25519's prime-order subgroup");
  }
  PublicKey key;
  std::memcpy(key.bytes_.data(), bytes.data(), kPublicKeyBytes);
  return key;
}

Result<PublicKey> PublicKey::FromBase64(std::string_view base64) {
  constexpr std::size_t kCharacters = 44;
  char bytes[crypto::DecodedCapacity(kCharacters)];
  if (base64.size() != kCharacters ||
      crypto::DecodeBase64(base64, crypto::Base64Alphabet::kStandardPadded, bytes) !=
          kPublicKeyBytes) {
    return Refused("an Ed25519 public key is 44 characters of padded base64");
  }
  return FromBytes({bytes, kPublicKeyBytes});
}

Result<PublicKey> PublicKey::FromPem(std::string_view pem) {
  const std::optional<SecretBytes> bytes = crypto::DecodePem(pem, crypto::PemKind::kPublic);
  if (!bytes) return Refused("not one PEM block with an Ed25519 public key (RFC 8410)");
  return FromBytes(bytes->view());
}

std::string PublicKey::ToBase64() const { return Base64Encode(AsBytes(bytes_)); }

std::string PublicKey::ToJwk() const {
  // RFC 7638 hashes exactly this: the required members, keys sorted, no white space.
  std::string text;
  json::ObjectWriter jwk(text);
  jwk.Text("crv", "Ed25519");
  jwk.Text("kty", "OKP");
  jwk.Text("x", Base64UrlEncode(AsBytes(bytes_)));
  jwk.End();
  return text;
}

std::string PublicKey::ToPem() const {
  return std::string(crypto::EncodePem(AsBytes(bytes_), crypto::PemKind::kPublic).view());
}

std::string PublicKey::Thumbprint() const { return Base64UrlEncode(AsBytes(Sha256(ToJwk()))); }

bool PublicKey::Verify(std::string_view signature, std::string_view message) const noexcept {
  if (signature.size() != kSignatureBytes) return false;
  return crypto_sign_verify_detached(crypto::Bytes(signature), crypto::Bytes(message),
                                     message.size(), bytes_.data()) == 0;
}

bool PreparedKey::Verify(const Signature& signature, std::string_view message) const noexcept {
  return key_.Verify(AsBytes(signature), message);
}

bool Ed25519Verify(std::string_view public_key, std::string_view signature,
                   std::string_view message) noexcept {
  const Result<PublicKey> key = PublicKey::FromBytes(public_key);
  return key && key->Verify(signature, message);
}

}  // namespace callgate
