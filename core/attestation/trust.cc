#include <algorithm>
#include <atomic>
#include <utility>

#include "callgate/json.h"
#include "core/attestation/claims.h"
#include "core/attestation/path_pattern.h"
#include "core/attestation/replay.h"
#include "core/attestation/trust_state.h"
#include "core/base/spiffe_id.h"
#include "core/token/claims.h"

namespace callgate {
namespace attestation {
namespace {

Error Unacceptable(std::string message, std::string where) {
  return Error{ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

bool IsName(const std::string& text, std::size_t max_bytes = token::kMaxNameBytes) {
  return json::IsValidUtf8(text) && token::IsName(text, max_bytes);
}

Result<void> AddKeys(const IssuerTrust& trust, const std::string& where, Issuer& issuer) {
  if (trust.keys.size() > kMaxKeysOfIssuer) {
    return Unacceptable("an issuer has at most 64 keys", where + "/keys");
  }
  for (const auto& [key_id, key] : trust.keys) {
    if (!IsName(key_id)) {
      return Unacceptable("a kid has 1 to 256 bytes of UTF-8 without control characters",
                          where + "/keys");
    }
    if (!issuer.keys.emplace(key_id, PreparedKey(key)).second) {
      return Unacceptable("two keys of an issuer have the same kid", where + "/keys");
    }
  }
  return {};
}

Result<void> CheckSubjects(const IssuerTrust& trust, const std::string& where) {
  if (!std::ranges::all_of(trust.trust_domains, base::IsTrustDomain)) {
    return Unacceptable("a trust domain has 1 to 255 of a to z, 0 to 9, dot, hyphen, underscore",
                        where + "/trust_domains");
  }
  if (!std::ranges::all_of(trust.subject_paths, IsPathPattern)) {
    return Unacceptable(
        "a path pattern is a slash and segments of letters, digits, dot, hyphen, underscore and *",
        where + "/subject_paths");
  }
  return {};
}

Result<Issuer> Compile(const IssuerTrust& trust, const std::string& where) {
  if (!IsName(trust.issuer, kMaxIssuerBytes)) {
    return Unacceptable("an issuer has 1 to 2048 bytes of UTF-8 without control characters",
                        where + "/issuer");
  }
  if (trust.level == TrustLevel::kNone) {
    return Unacceptable("an issuer attests as provider or enterprise", where + "/level");
  }
  if (trust.longest_lifetime < std::chrono::seconds{1} ||
      trust.longest_lifetime > kLongestAttestationLifetime) {
    return Unacceptable("the longest lifetime must lie between 1 s and 24 h",
                        where + "/longest_lifetime");
  }
  if (Result<void> ok = CheckSubjects(trust, where); !ok) return ok.error();
  Issuer issuer;
  if (Result<void> ok = AddKeys(trust, where, issuer); !ok) return ok.error();
  issuer.level = trust.level;
  issuer.trust_domains = {trust.trust_domains.begin(), trust.trust_domains.end()};
  issuer.subject_paths = trust.subject_paths;
  issuer.providers = {trust.providers.begin(), trust.providers.end()};
  issuer.model_families = {trust.model_families.begin(), trust.model_families.end()};
  issuer.longest_lifetime = trust.longest_lifetime.count();
  issuer.lowest_safety_level = trust.lowest_safety_level.value_or(SafetyLevel::kMinimal);
  issuer.denied_key_ids = {trust.denied_key_ids.begin(), trust.denied_key_ids.end()};
  issuer.denied_token_ids = {trust.denied_token_ids.begin(), trust.denied_token_ids.end()};
  issuer.fetches_keys = trust.fetches_keys;
  issuer.bucket = IssuerBucket(trust.issuer);
  return issuer;
}

std::uint64_t NextGeneration() {
  static std::atomic<std::uint64_t> latest{0};
  return latest.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

const PreparedKey* Issuer::FindKey(std::string_view key_id) const {
  if (denied_key_ids.contains(key_id)) return nullptr;
  const auto found = keys.find(key_id);
  return found == keys.end() ? nullptr : &found->second;
}

const Issuer* TrustState::Find(std::string_view issuer) const {
  const auto found = issuers.find(issuer);
  return found == issuers.end() ? nullptr : &found->second;
}

}  // namespace attestation

using attestation::TrustState;

AttestationTrust::AttestationTrust(std::shared_ptr<const TrustState> state)
    : state_(std::move(state)) {}

Result<AttestationTrust> AttestationTrust::Create(std::span<const IssuerTrust> issuers,
                                                  const AttestationTrustOptions& options) {
  auto state = std::make_shared<TrustState>();
  for (std::size_t i = 0; i < issuers.size(); ++i) {
    const std::string where = "/issuers/" + std::to_string(i);
    Result<attestation::Issuer> issuer = attestation::Compile(issuers[i], where);
    if (!issuer) return issuer.error();
    if (!state->issuers.emplace(issuers[i].issuer, std::move(*issuer)).second) {
      return attestation::Unacceptable("the issuer is there already", where + "/issuer");
    }
  }
  for (const std::string& type : options.types) {
    if (!attestation::IsName(type)) {
      return attestation::Unacceptable("a type has 1 to 256 bytes without control characters",
                                       "/types");
    }
    state->types.insert(type);
  }
  state->accepts_ed25519_alg = options.accept_ed25519_alg;
  state->generation = attestation::NextGeneration();
  return AttestationTrust(std::move(state));
}

std::uint64_t AttestationTrust::generation() const noexcept { return state_->generation; }

}  // namespace callgate
