#include "core/attestation/rules.h"

#include <algorithm>
#include <string>

#include "core/attestation/path_pattern.h"
#include "core/base/spiffe_id.h"

namespace callgate::attestation {
namespace {

Refusal Unbound(std::string where) {
  return {AttestationReason::kBinding, std::move(where), "the issuer may not attest this"};
}

Refusal Unwanted(std::string where, std::string_view message) {
  return {AttestationReason::kPolicy, std::move(where), message};
}

bool IsAllowed(const Names& names, std::string_view name) {
  return names.empty() || names.contains(name);
}

bool MayAttestSubject(const Issuer& issuer, std::string_view subject) {
  if (issuer.trust_domains.empty() && issuer.subject_paths.empty()) return true;
  const auto id = base::ParseSpiffeId(subject);
  if (!id || !IsAllowed(issuer.trust_domains, id->trust_domain)) return false;
  const auto& paths = issuer.subject_paths;
  return paths.empty() || std::any_of(paths.begin(), paths.end(), [&](const std::string& pattern) {
           return MatchesPath(pattern, id->path);
         });
}

Refused CheckBinding(const Claims& claims, const Issuer& issuer) {
  if (claims.type != issuer.level) {
    return Unbound("claims/attestation_metadata/attestation_type");
  }
  if (!MayAttestSubject(issuer, claims.subject)) return Unbound("claims/sub");
  if (!IsAllowed(issuer.providers, claims.provider)) {
    return Unbound("claims/agent_identity/provider");
  }
  if (!IsAllowed(issuer.model_families, claims.model_family)) {
    return Unbound("claims/agent_identity/model_family");
  }
  return std::nullopt;
}

bool IsListed(json::Value list, std::string_view text) {
  for (const json::Value element : list.elements()) {
    if (element.string() == text) return true;
  }
  return false;
}

// Both are public, so the comparison need not take constant time.
bool Differs(const std::optional<std::string>& expected, std::optional<std::string_view> found) {
  return expected && found != std::optional<std::string_view>(*expected);
}

}  // namespace

Refused CheckAudience(json::Value root, const AttestationExpectations& expected) {
  if (expected.any_audience) return std::nullopt;
  const json::Value aud = *root.Find("aud");
  if (aud.is_array() ? IsListed(aud, *expected.audience) : aud.string() == *expected.audience) {
    return std::nullopt;
  }
  return Refusal{AttestationReason::kAudience, "claims/aud", "aud does not name this server"};
}

Refused CheckRules(json::Value root, const Claims& claims, const Issuer& issuer,
                   const AttestationExpectations& expected) {
  if (Refused refused = CheckBinding(claims, issuer)) return refused;
  if (issuer.denied_token_ids.contains(claims.token_id)) {
    return Unwanted("claims/jti", "this token is denied");
  }
  for (const std::string& name : expected.required_claims) {
    if (!root.Find(name)) {
      return Refusal{AttestationReason::kClaims, "claims/" + name, "a required claim is missing"};
    }
  }
  if (claims.safety_level <
      std::max(issuer.lowest_safety_level,
               expected.lowest_safety_level.value_or(SafetyLevel::kMinimal))) {
    return Unwanted("claims/attestation_metadata/safety_level", "the safety level is too low");
  }
  for (const std::string& capability : expected.required_capabilities) {
    if (!claims.capabilities || !IsListed(*claims.capabilities, capability)) {
      return Unwanted("claims/attestation_metadata/capabilities_declared",
                      "a required capability is not declared");
    }
  }
  if (Differs(expected.config_hash, claims.config_hash)) {
    return Unwanted("claims/agent_integrity/config_hash", "it is not the expected hash");
  }
  if (Differs(expected.system_prompt_hash, claims.system_prompt_hash)) {
    return Unwanted("claims/agent_integrity/system_prompt_hash", "it is not the expected hash");
  }
  return std::nullopt;
}

}  // namespace callgate::attestation
