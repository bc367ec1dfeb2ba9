#include "core/attestation/claims.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "core/crypto/jwk.h"
#include "core/token/claims.h"

namespace callgate::attestation {
namespace {

constexpr std::int64_t kLargestSeconds = std::int64_t{1} << 53;
constexpr std::size_t kMaxVersionBytes = 64;

Refusal Bad(std::string_view place) {
  return {AttestationReason::kClaims, "claims/" + std::string(place),
          "the claim is missing, or not of the form that it must have"};
}

bool ReadText(json::Value object, std::string_view key, std::string_view& text,
              std::size_t max_bytes = token::kMaxNameBytes) {
  const auto value = object.Find(key);
  if (!value || !value->is_string() || !token::IsName(value->string(), max_bytes)) return false;
  text = value->string();
  return true;
}

bool ReadOptionalText(json::Value object, std::string_view key,
                      std::optional<std::string_view>& text) {
  if (!object.Find(key)) return true;
  std::string_view present;
  if (!ReadText(object, key, present)) return false;
  text = present;
  return true;
}

bool IsText(json::Value value) { return value.is_string() && token::IsName(value.string()); }

bool IsTextList(json::Value value) {
  if (!value.is_array()) return false;
  for (const json::Value element : value.elements()) {
    if (!IsText(element)) return false;
  }
  return true;
}

bool IsAudience(std::optional<json::Value> value) {
  const auto is_one = [](json::Value element) {
    return element.is_string() && token::IsName(element.string(), kMaxSubjectBytes);
  };
  if (!value) return false;
  if (!value->is_array()) return is_one(*value);
  for (const json::Value element : value->elements()) {
    if (!is_one(element)) return false;
  }
  return value->size() >= 1 && value->size() <= kMaxAudiences;
}

bool ReadTokenId(json::Value root, const Completion* completion, std::string_view& token_id) {
  const auto jti = root.Find("jti");
  if (!jti) {
    if (completion == nullptr) return false;
    token_id = completion->token_id;
    return true;
  }
  if (!jti->is_string() || !IsTokenId(jti->string())) return false;
  token_id = jti->string();
  return true;
}

// `absent`: what a claim that is absent counts as; nullptr: it must be there.
bool ReadTime(json::Value root, std::string_view claim, const std::int64_t* absent,
              std::int64_t& seconds) {
  const auto value = root.Find(claim);
  if (value) return ReadSeconds(*value, seconds);
  if (absent == nullptr) return false;
  seconds = *absent;
  return true;
}

Refused ReadRegistered(json::Value root, Claims& claims, const Completion* completion) {
  const bool completes = completion != nullptr;
  if (!ReadText(root, "sub", claims.subject, kMaxSubjectBytes)) return Bad("sub");
  if (!IsAudience(root.Find("aud"))) return Bad("aud");
  if (!ReadTokenId(root, completion, claims.token_id)) return Bad("jti");
  Times& times = claims.times;
  if (!ReadTime(root, "iat", completes ? &completion->issued_at : nullptr, times.issued_at)) {
    return Bad("iat");
  }
  if (!ReadTime(root, "exp", completes ? &completion->expires_at : nullptr, times.expires_at)) {
    return Bad("exp");
  }
  if (!ReadTime(root, "nbf", &times.issued_at, times.not_before)) return Bad("nbf");
  if (times.expires_at <= times.issued_at || times.expires_at <= times.not_before) {
    return Refusal{AttestationReason::kClaims, "claims/exp", "exp must be later than iat and nbf"};
  }
  return std::nullopt;
}

Refused CheckVersion(json::Value metadata) {
  const auto version = metadata.Find("attestation_version");
  if (!version) return std::nullopt;
  if (!version->is_string()) return Bad("attestation_metadata/attestation_version");
  const std::string_view text = version->string();
  if (text.size() > kMaxVersionBytes || text.size() < 3 || !text.starts_with("0.") ||
      text.find_first_not_of("0123456789.") != text.npos) {
    return Refusal{AttestationReason::kVersion, "claims/attestation_metadata/attestation_version",
                   "the version must be 0.x"};
  }
  return std::nullopt;
}

Refused ReadMetadata(json::Value metadata, Claims& claims) {
  if (const auto type = metadata.Find("attestation_type")) {
    const auto level = type->is_string() ? TrustLevelFromName(type->string()) : std::nullopt;
    if (!level || *level == TrustLevel::kNone) return Bad("attestation_metadata/attestation_type");
    claims.type = *level;
  }
  if (const auto safety = metadata.Find("safety_level")) {
    const auto level = safety->is_string() ? SafetyLevelFromName(safety->string()) : std::nullopt;
    if (!level) return Bad("attestation_metadata/safety_level");
    claims.safety_level = *level;
  }
  claims.capabilities = metadata.Find("capabilities_declared");
  if (claims.capabilities && !IsTextList(*claims.capabilities)) {
    return Bad("attestation_metadata/capabilities_declared");
  }
  return std::nullopt;
}

Refused ReadIdentity(json::Value identity, Claims& claims) {
  std::string_view version;
  std::optional<std::string_view> deployment;
  if (!ReadText(identity, "model_family", claims.model_family)) {
    return Bad("agent_identity/model_family");
  }
  if (!ReadText(identity, "model_version", version)) return Bad("agent_identity/model_version");
  if (!ReadText(identity, "provider", claims.provider)) return Bad("agent_identity/provider");
  if (!ReadOptionalText(identity, "deployment_id", deployment)) {
    return Bad("agent_identity/deployment_id");
  }
  return std::nullopt;
}

Refused ReadIntegrity(json::Value root, Claims& claims) {
  const auto integrity = root.Find("agent_integrity");
  if (!integrity) return std::nullopt;
  if (!integrity->is_object()) return Bad("agent_integrity");
  if (!ReadOptionalText(*integrity, "config_hash", claims.config_hash)) {
    return Bad("agent_integrity/config_hash");
  }
  if (!ReadOptionalText(*integrity, "system_prompt_hash", claims.system_prompt_hash)) {
    return Bad("agent_integrity/system_prompt_hash");
  }
  return std::nullopt;
}

Refused ReadConfirmation(json::Value root, Claims& claims) {
  const auto cnf = root.Find("cnf");
  if (!cnf) return std::nullopt;
  if (!cnf->is_object()) return Bad("cnf");
  const auto jwk = cnf->Find("jwk");
  if (!jwk) {
    return Refusal{AttestationReason::kProof, "claims/cnf",
                   "cnf names no jwk, so that its possession cannot be shown"};
  }
  const Result<PublicKey> key = crypto::PublicKeyFromJwk(*jwk);
  if (!key) return Bad("cnf/jwk");
  claims.confirmation_key = *key;
  return std::nullopt;
}

}  // namespace

bool IsTokenId(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMaxTokenIdBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool ReadSeconds(json::Value value, std::int64_t& seconds) noexcept {
  const auto integer = value.integer();
  if (!integer || *integer < 0 || *integer > kLargestSeconds) return false;
  seconds = *integer;
  return true;
}

Refused ReadClaims(json::Value root, Claims& claims, const Completion* completion) {
  if (Refused refused = ReadRegistered(root, claims, completion)) return refused;
  const auto metadata = root.Find("attestation_metadata");
  if (!metadata || !metadata->is_object()) return Bad("attestation_metadata");
  if (Refused refused = CheckVersion(*metadata)) return refused;
  if (Refused refused = ReadMetadata(*metadata, claims)) return refused;
  const auto identity = root.Find("agent_identity");
  if (!identity || !identity->is_object()) return Bad("agent_identity");
  if (Refused refused = ReadIdentity(*identity, claims)) return refused;
  if (Refused refused = ReadIntegrity(root, claims)) return refused;
  return ReadConfirmation(root, claims);
}

}  // namespace callgate::attestation
