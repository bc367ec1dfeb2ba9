#include <sodium.h>

#include <cstring>

#include "callgate/crypto.h"
#include "core/crypto/base64.h"
#include "core/crypto/jwk.h"
#include "core/crypto/pem.h"
#include "core/crypto/sodium.h"

namespace callgate {
namespace {

Error Refused(std::string message) { return Error{ErrorCode::kKeyRefused, std::move(message), ""}; }

// seed || public key, the form that libsodium signs with.
SecretBytes Expand(std::string_view seed) {
  SecretBytes expanded(crypto_sign_SECRETKEYBYTES);
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
  crypto_sign_seed_keypair(public_key, crypto::Bytes(expanded.data()), crypto::Bytes(seed));
  return expanded;
}

char* Put(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

}  // namespace

SecretKey::SecretKey(SecretBytes expanded, const PublicKey& public_key)
    : expanded_(std::move(expanded)), public_key_(public_key) {}

SecretKey SecretKey::Generate() {
  SecretBytes seed(kSecretKeyBytes);
  RandomBytes(seed.data(), seed.size());
  return FromBytes(seed.view()).value();
}

Result<SecretKey> SecretKey::FromBytes(std::string_view seed) {
  if (seed.size() != kSecretKeyBytes) return Refused("an Ed25519 private key has 32 bytes");
  crypto::RequireSodium();
  SecretBytes expanded = Expand(seed);
  Result<PublicKey> public_key =
      PublicKey::FromBytes(expanded.view().substr(kSecretKeyBytes, kPublicKeyBytes));
  if (!public_key) return std::move(public_key).error();
  return SecretKey(std::move(expanded), *public_key);
}

Result<SecretKey> SecretKey::FromJwk(std::string_view json) {
  Result<crypto::JwkSecret> jwk = crypto::SecretFromJwk(json);
  if (!jwk) return std::move(jwk).error();
  Result<SecretKey> key = FromBytes(jwk->seed.view());
  // Signing with a private key and a public key that is not its own gives the private key away.
  if (key && key->public_key() != jwk->public_key) {
    return Error{ErrorCode::kKeyRefused, "x is not the public key of d", "/x"};
  }
  return key;
}

Result<SecretKey> SecretKey::FromPem(std::string_view pem) {
  const std::optional<SecretBytes> seed = crypto::DecodePem(pem, crypto::PemKind::kPrivate);
  if (!seed) return Refused("not one PEM block with an unencrypted Ed25519 private key (RFC 8410)");
  return FromBytes(seed->view());
}

Signature SecretKey::Sign(std::string_view message) const noexcept {
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, crypto::Bytes(message), message.size(),
                       crypto::Bytes(expanded_.view()));
  return signature;
}

SecretBytes SecretKey::ToBytes() const {
  SecretBytes seed(kSecretKeyBytes);
  std::memcpy(seed.data(), expanded_.view().data(), kSecretKeyBytes);
  return seed;
}

SecretBytes SecretKey::ToJwk() const {
  constexpr std::size_t kKeyCharacters = 43;
  SecretBytes d(kKeyCharacters + 1);
  crypto::EncodeSecret(expanded_.view().substr(0, kSecretKeyBytes),
                       crypto::Base64Alphabet::kUrlUnpadded, d.data(), d.size());
  constexpr std::string_view kBegin = R"({"crv":"Ed25519","d":")";
  constexpr std::string_view kMiddle = R"(","kty":"OKP","x":")";
  const std::string x = Base64UrlEncode(AsBytes(public_key_.bytes()));
  SecretBytes jwk(kBegin.size() + kKeyCharacters + kMiddle.size() + x.size() + 2);
  char* out = Put(Put(jwk.data(), kBegin), d.view().substr(0, kKeyCharacters));
  Put(Put(Put(out, kMiddle), x), "\"}");
  return jwk;
}

SecretBytes SecretKey::ToPem() const {
  return crypto::EncodePem(expanded_.view().substr(0, kSecretKeyBytes), crypto::PemKind::kPrivate);
}

}  // namespace callgate
