#include <algorithm>
#include <map>
#include <string>

#include "callgate/attestation_trust.h"
#include "callgate/json.h"
#include "core/crypto/jwk.h"
#include "core/token/claims.h"

namespace callgate {
namespace {

struct Entry {
  std::size_t index;
  std::string key_id;
  PublicKey key;
};

// nullopt: `why` says why not.
std::optional<Entry> ReadEntry(json::Value jwk, std::size_t index, std::string_view& why) {
  if (!crypto::IsEd25519Jwk(jwk, "verify")) {
    why = "not a key that verifies Ed25519 signatures (kty OKP, crv Ed25519, RFC 8037)";
    return std::nullopt;
  }
  if (jwk.Find("d")) {
    why = "a private key was published: replace it";
    return std::nullopt;
  }
  const auto key_id = jwk.Find("kid");
  if (!key_id || !key_id->is_string() || !token::IsName(key_id->string())) {
    why = "kid must be a string of 1 to 256 bytes without control characters";
    return std::nullopt;
  }
  const Result<PublicKey> key = crypto::PublicKeyFromJwk(jwk);
  if (!key) {
    why = "x is not 32 bytes in base64url, or no point that an Ed25519 key can be";
    return std::nullopt;
  }
  return Entry{index, std::string(key_id->string()), *key};
}

}  // namespace

Result<AttestationJwks> ReadAttestationJwks(std::string_view json) {
  Limits limits;
  limits.max_json_bytes = kMaxAttestationJwksBytes;
  const Result<json::Document> document = json::Parse(json, limits);
  if (!document) return document.error();
  const auto list = document->root().Find("keys");
  if (!list || !list->is_array()) {
    return Error{ErrorCode::kInvalidJson, "a JWK Set is an object with a list of keys", "/keys"};
  }
  if (list->size() > kMaxKeysOfIssuer) {
    return Error{ErrorCode::kLimitExceeded, "a JWK Set has at most 64 keys", "/keys"};
  }

  AttestationJwks read;
  std::vector<Entry> entries;
  std::map<std::string, int> named;
  std::size_t index = 0;
  for (const json::Value jwk : list->elements()) {
    std::string_view why;
    std::optional<Entry> entry = ReadEntry(jwk, index, why);
    if (entry) {
      ++named[entry->key_id];
      entries.push_back(*std::move(entry));
    } else {
      read.skipped.push_back({index, why});
    }
    ++index;
  }
  for (Entry& entry : entries) {
    if (named[entry.key_id] > 1) {
      read.skipped.push_back({entry.index, "another key has the same kid"});
    } else {
      read.keys.emplace_back(std::move(entry.key_id), entry.key);
    }
  }
  std::ranges::sort(read.skipped, {}, &SkippedKey::index);
  return read;
}

}  // namespace callgate
