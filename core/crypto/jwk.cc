#include "core/crypto/jwk.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "callgate/scan.h"
#include "core/crypto/base64.h"

namespace callgate::crypto {
namespace {

constexpr std::size_t kMaxJwkBytes = std::size_t{8} * 1024;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyCharacters = 43;  // base64url of 32 bytes

Error Refused(std::string message, std::string where) {
  return Error{ErrorCode::kKeyRefused, std::move(message), std::move(where)};
}

bool IsString(std::optional<json::Value> value, std::string_view text) {
  return value && value->is_string() && value->string() == text;
}

Result<json::Document> ParseJwk(std::string_view json) {
  if (json.size() > kMaxJwkBytes) return Refused("a JWK must not be larger than 8 KiB", "");
  Result<json::Document> document = json::Parse(json);
  if (!document) {
    return Refused("not a JSON object: " + document.error().message, document.error().where);
  }
  return document;
}

Result<PublicKey> ReadX(json::Value jwk) {
  const auto x = jwk.Find("x");
  char bytes[DecodedCapacity(kKeyCharacters)];
  if (!x || !x->is_string() || x->string().size() != kKeyCharacters ||
      DecodeBase64(x->string(), Base64Alphabet::kUrlUnpadded, bytes) != kKeyBytes) {
    return Refused("x must be 32 bytes in base64url without padding", "/x");
  }
  return PublicKey::FromBytes({bytes, kKeyBytes});
}

Error NotForEd25519() {
  return Refused("not a JWK for Ed25519 signatures (kty OKP, crv Ed25519, RFC 8037)", "");
}

// What stands between the quotes of the member "d", as it stands in the source; empty where there
// is no such string. It is found without the JSON parser, because whatever that copies stays in
// ordinary memory.
Result<std::string_view> FindSecret(std::string_view json) {
  static constexpr std::array<std::string_view, 1> kSecret = {"d"};
  const auto found = json::FindMembers(json, kSecret);
  if (!found) {
    return Refused("not a JSON object: " + found.error().message, found.error().where);
  }
  const std::optional<json::ValueSlice>& d = found->front();
  if (!d || json[d->begin] != '"') return std::string_view();
  const std::size_t key_end = json.find_last_of('"', d->begin - 1);
  if (json[key_end - 1] != 'd') return Refused("the key d must be written without an escape", "/d");
  return json.substr(d->begin + 1, d->end - d->begin - 2);
}

}  // namespace

bool IsEd25519Jwk(json::Value jwk, std::string_view operation) {
  if (!jwk.is_object() || !IsString(jwk.Find("kty"), "OKP") ||
      !IsString(jwk.Find("crv"), "Ed25519")) {
    return false;
  }
  if (jwk.Find("use") && !IsString(jwk.Find("use"), "sig")) return false;
  // "Ed25519" is the name of RFC 9864 for the same algorithm.
  const auto alg = jwk.Find("alg");
  if (alg && !IsString(alg, "EdDSA") && !IsString(alg, "Ed25519")) return false;
  if (const auto operations = jwk.Find("key_ops")) {
    if (!operations->is_array()) return false;
    for (json::Value element : operations->elements()) {
      if (IsString(element, operation)) return true;
    }
    return false;
  }
  return true;
}

Result<PublicKey> PublicKeyFromJwk(json::Value jwk) {
  if (!IsEd25519Jwk(jwk, "verify")) return NotForEd25519();
  if (jwk.Find("d")) {
    return Refused("a private key was given where a public one belongs", "/d");
  }
  return ReadX(jwk);
}

Result<JwkSecret> SecretFromJwk(std::string_view json) {
  if (json.size() > kMaxJwkBytes) return Refused("a JWK must not be larger than 8 KiB", "");
  const Result<std::string_view> found = FindSecret(json);
  if (!found) return found.error();
  const std::string_view secret = *found;
  SecretBytes masked(json.size());
  std::memcpy(masked.data(), json.data(), json.size());
  if (!secret.empty()) {
    std::memset(masked.data() + (secret.data() - json.data()), 'A', secret.size());
  }

  Result<json::Document> document = ParseJwk(masked.view());
  if (!document) return document.error();
  const json::Value jwk = document->root();
  if (!IsEd25519Jwk(jwk, "sign")) return NotForEd25519();
  Result<PublicKey> public_key = ReadX(jwk);
  if (!public_key) return public_key.error();

  SecretBytes seed(kKeyBytes);
  const auto d = jwk.Find("d");
  const bool masked_d = d && d->is_string() && d->string().size() == secret.size() &&
                        std::ranges::all_of(d->string(), [](char c) { return c == 'A'; });
  if (!masked_d || secret.size() != kKeyCharacters ||
      !DecodeSecret(secret, Base64Alphabet::kUrlUnpadded, seed.data(), kKeyBytes)) {
    return Refused("d must be 32 bytes in base64url without padding", "/d");
  }
  return JwkSecret{std::move(seed), *public_key};
}

}  // namespace callgate::crypto

namespace callgate {

Result<PublicKey> PublicKey::FromJwk(std::string_view json) {
  Result<json::Document> document = crypto::ParseJwk(json);
  if (!document) return std::move(document).error();
  return crypto::PublicKeyFromJwk(document->root());
}

}  // namespace callgate
