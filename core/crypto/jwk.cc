#include "core/crypto/jwk.h"

#include <algorithm>
#include <cstring>

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

// The value of the member "d" of the outermost object, as it stands in the source. It is found
// without the JSON parser, because whatever that copies stays in ordinary memory. Exact on valid
// JSON whose key is written without escapes; what it finds in other texts does not matter, since
// the parser refuses them.
std::string_view FindSecret(std::string_view json) {
  int depth = 0;
  bool key_is_d = false;
  bool in_value = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
    if (c == '"') {
      const std::size_t begin = ++i;
      while (i < json.size() && json[i] != '"') i += json[i] == '\\' ? 2 : 1;
      if (i >= json.size()) return {};
      const std::string_view text = json.substr(begin, i - begin);
      if (in_value) return text;
      key_is_d = depth == 1 && text == "d";
      continue;
    }
    in_value = c == ':' && key_is_d;
    key_is_d = false;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
  }
  return {};
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
  const std::string_view secret = FindSecret(json);
  SecretBytes masked(json.size());
  if (!json.empty()) std::memcpy(masked.data(), json.data(), json.size());
  if (!secret.empty())
    std::memset(masked.data() + (secret.data() - json.data()), 'A', secret.size());

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
