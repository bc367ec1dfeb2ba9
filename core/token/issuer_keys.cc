#include <algorithm>
#include <atomic>

#include "callgate/json.h"
#include "callgate/token.h"
#include "core/crypto/jwk.h"

namespace callgate {
namespace {

struct IssuerKey {
  std::string id;
  PreparedKey key;
};

std::uint64_t NextGeneration() {
  static std::atomic<std::uint64_t> latest{0};
  return latest.fetch_add(1, std::memory_order_relaxed) + 1;
}

Error Unacceptable(std::string message, std::string where = "") {
  return Error{ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

}  // namespace

struct IssuerKeys::State {
  std::vector<IssuerKey> keys;  // in the order of their ids
  std::uint64_t generation;
};

Result<IssuerKeys> IssuerKeys::Create(std::vector<std::pair<std::string, PublicKey>> keys) {
  if (keys.empty()) return Unacceptable("at least one issuer key is needed");
  auto state = std::make_shared<State>();
  state->generation = NextGeneration();
  for (std::pair<std::string, PublicKey>& key : keys) {
    if (key.first.empty()) return Unacceptable("a key id must not be empty");
    state->keys.push_back({std::move(key.first), PreparedKey(key.second)});
  }
  std::ranges::sort(state->keys, {}, &IssuerKey::id);
  if (std::ranges::adjacent_find(state->keys, {}, &IssuerKey::id) != state->keys.end()) {
    return Unacceptable("two issuer keys have the same key id");
  }
  return IssuerKeys(std::move(state));
}

Result<IssuerKeys> IssuerKeys::FromList(const std::vector<PublicKey>& keys) {
  std::vector<std::pair<std::string, PublicKey>> named;
  named.reserve(keys.size());
  for (const PublicKey& key : keys) named.emplace_back(key.Thumbprint(), key);
  return Create(std::move(named));
}

Result<IssuerKeys> IssuerKeys::FromJwks(std::string_view json) {
  Result<json::Document> document = json::Parse(json);
  if (!document) {
    return Unacceptable("a JWK Set: " + document.error().message, document.error().where);
  }
  const auto list = document->root().Find("keys");
  if (!list || !list->is_array()) return Unacceptable("a JWK Set has a list of keys", "/keys");
  std::vector<std::pair<std::string, PublicKey>> keys;
  std::size_t index = 0;
  for (json::Value jwk : list->elements()) {
    const std::string where = "/keys/" + std::to_string(index++);
    if (!jwk.is_object()) return Unacceptable("a JWK must be an object", where);
    if (!crypto::IsEd25519Jwk(jwk, "verify")) continue;
    Result<PublicKey> key = crypto::PublicKeyFromJwk(jwk);
    if (!key) {
      return Error{key.error().code, key.error().message, where + key.error().where};
    }
    const auto kid = jwk.Find("kid");
    if (kid && !kid->is_string()) return Unacceptable("kid must be a string", where + "/kid");
    keys.emplace_back(kid ? std::string(kid->string()) : key->Thumbprint(), *key);
  }
  return Create(std::move(keys));
}

const PreparedKey* IssuerKeys::Find(std::optional<std::string_view> key_id) const noexcept {
  const std::vector<IssuerKey>& keys = state_->keys;
  if (!key_id) return keys.size() == 1 ? &keys.front().key : nullptr;
  const auto found = std::ranges::lower_bound(
      keys, *key_id, {}, [](const IssuerKey& key) { return std::string_view{key.id}; });
  return found != keys.end() && found->id == *key_id ? &found->key : nullptr;
}

std::size_t IssuerKeys::size() const noexcept { return state_->keys.size(); }

std::uint64_t IssuerKeys::generation() const noexcept { return state_->generation; }

std::vector<std::string> IssuerKeys::key_ids() const {
  std::vector<std::string> ids;
  for (const IssuerKey& key : state_->keys) ids.push_back(key.id);
  return ids;
}

}  // namespace callgate
