#include "tests/attestation/attestation_case.h"

#include <algorithm>
#include <vector>

namespace callgate::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<std::string> Texts(json::Value object, std::string_view key) {
  std::vector<std::string> texts;
  const auto list = object.Find(key);
  if (!list) return texts;
  for (const json::Value element : list->elements()) texts.emplace_back(element.string());
  return texts;
}

std::optional<SafetyLevel> SafetyOf(json::Value object) {
  const auto name = MaybeText(object, "lowest_safety_level");
  return name ? SafetyLevelFromName(*name) : std::nullopt;
}

IssuerTrust IssuerOf(json::Value fields) {
  IssuerTrust issuer;
  issuer.issuer = Text(fields, "issuer");
  if (const auto level = MaybeText(fields, "level")) issuer.level = *TrustLevelFromName(*level);
  for (const json::Value pair : fields.Find("keys")->elements()) {
    auto element = pair.elements().begin();
    const std::string key_id((*element).string());
    ++element;
    issuer.keys.emplace_back(key_id, PublicKey::FromBase64((*element).string()).value());
  }
  issuer.trust_domains = Texts(fields, "trust_domains");
  issuer.subject_paths = Texts(fields, "subject_paths");
  issuer.providers = Texts(fields, "providers");
  issuer.model_families = Texts(fields, "model_families");
  if (fields.Find("longest_lifetime")) {
    issuer.longest_lifetime = seconds{Integer(fields, "longest_lifetime")};
  }
  issuer.lowest_safety_level = SafetyOf(fields);
  issuer.denied_key_ids = Texts(fields, "denied_key_ids");
  issuer.denied_token_ids = Texts(fields, "denied_token_ids");
  issuer.fetches_keys = Flag(fields, "fetches_keys");
  return issuer;
}

AttestationPolicy PolicyOf(json::Value expectations) {
  const std::string name = MaybeText(expectations, "policy").value_or("required");
  if (name == "preferred") return AttestationPolicy::kPreferred;
  return name == "optional" ? AttestationPolicy::kOptional : AttestationPolicy::kRequired;
}

AttestationExpectations ExpectationsOf(json::Value vector) {
  AttestationExpectations expected;
  const auto fields = vector.Find("expectations");
  if (!fields) {
    expected.audience = "https://server.example";
    return expected;
  }
  expected.audience = MaybeText(*fields, "audience");
  expected.any_audience = Flag(*fields, "any_audience");
  expected.policy = PolicyOf(*fields);
  if (const auto reject = fields->Find("reject_invalid")) {
    expected.reject_invalid = reject->boolean();
  }
  expected.required_claims = Texts(*fields, "required_claims");
  expected.config_hash = MaybeText(*fields, "config_hash");
  expected.system_prompt_hash = MaybeText(*fields, "system_prompt_hash");
  expected.required_capabilities = Texts(*fields, "required_capabilities");
  expected.lowest_safety_level = SafetyOf(*fields);
  if (fields->Find("skew")) expected.skew = seconds{Integer(*fields, "skew")};
  expected.require_proof = Flag(*fields, "require_proof");
  return expected;
}

}  // namespace

const Vectors& AttestationVectors() {
  static const Vectors vectors("attestation.json");
  return vectors;
}

std::int64_t Integer(json::Value object, std::string_view key) {
  return object.Find(key).value().integer().value();
}

AttestationEra EraOf(json::Value vector) {
  return MaybeText(vector, "era") == "modern" ? AttestationEra::kModern : AttestationEra::kLegacy;
}

Sha256Digest DigestOf(json::Value vector, std::string_view key) {
  const std::string bytes = HexBytes(vector, key);
  Sha256Digest digest{};
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

AttestationTrust TrustOf(json::Value vector) {
  const json::Value trust =
      *AttestationVectors().root().Find("trusts")->Find(Text(vector, "trust"));
  std::vector<IssuerTrust> issuers;
  for (const json::Value fields : trust.Find("issuers")->elements()) {
    issuers.push_back(IssuerOf(fields));
  }
  return AttestationTrust::Create(issuers,
                                  {Flag(trust, "accept_ed25519_alg"), Texts(trust, "types")})
      .value();
}

AttestationVerifier VerifierOf(json::Value vector) {
  return AttestationVerifier::Create(TrustOf(vector), ExpectationsOf(vector)).value();
}

Presented::Presented(json::Value step)
    : era_(EraOf(step)), now_(milliseconds{Integer(step, "now_ms")}) {
  if (step.Find("token_hex")) {
    token_ = HexBytes(step, "token_hex");
  } else if (step.Find("token")->is_string()) {
    token_ = Text(step, "token");
  }
  if (const auto proof = MaybeText(step, "proof")) {
    proof_ = *proof;
    method_ = Text(step, "method");
    possession_ = RequestProof{proof_, method_, DigestOf(step, "request_hash_hex")};
  } else if (const auto key = MaybeText(step, "proven_key")) {
    possession_ = PublicKey::FromBase64(*key).value();
  }
}

AttestationVerdict Presented::Verify(const AttestationVerifier& verifier) const {
  return verifier.Verify(token_, possession_, now_, era_);
}

}  // namespace callgate::test
