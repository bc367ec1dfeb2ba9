// An issuer, a server and an agent for the tests of attestation.
#ifndef CALLGATE_TESTS_ATTESTATION_SCENE_H_
#define CALLGATE_TESTS_ATTESTATION_SCENE_H_

#include <string>
#include <string_view>
#include <vector>

#include "callgate/attestation.h"

namespace callgate::test {

inline constexpr Time kAttestedAt{std::chrono::seconds{1'796'083'200}};
inline constexpr std::string_view kIssuer = "https://issuer.example";
inline constexpr std::string_view kServer = "https://server.example";

struct Scene {
  SecretKey issuer_key = SecretKey::Generate();
  SecretKey agent_key = SecretKey::Generate();
  IssuerTrust issuer;
  AttestationTrustOptions options;
  AttestationExpectations expected;

  Scene() {
    issuer.issuer = kIssuer;
    issuer.keys = {{"key-1", issuer_key.public_key()}};
    expected.audience = kServer;
  }

  AttestationTrust Trust() const {
    return AttestationTrust::Create(std::vector{issuer}, options).value();
  }
  AttestationVerifier Verifier() const {
    return AttestationVerifier::Create(Trust(), expected).value();
  }

  // Claims that every check passes; `more` is further members, each after a comma.
  static std::string Claims(std::string_view more = "") {
    return R"({"iss":"https://issuer.example","sub":"spiffe://acme.example/model/m1",)"
           R"("aud":"https://server.example",)"
           R"("agent_identity":{"model_family":"m","model_version":"m1","provider":"acme"},)"
           R"("attestation_metadata":{"attestation_version":"0.1.0"})" +
           std::string(more) + "}";
  }
  std::string Confirmation() const {
    return R"(,"cnf":{"jwk":)" + agent_key.public_key().ToJwk() + "}";
  }
  std::string Token(std::string_view more = "") const {
    return IssueAttestation(Claims(more), issuer_key, kAttestedAt, {.key_id = "key-1"}).value();
  }
  std::string BoundToken() const { return Token(Confirmation()); }
  // Of any header and claims, signed as they are.
  std::string Signed(std::string_view header, std::string_view claims) const {
    const std::string input = Base64UrlEncode(header) + '.' + Base64UrlEncode(claims);
    return input + '.' + Base64UrlEncode(AsBytes(issuer_key.Sign(input)));
  }
  std::string Proof(std::string_view token, std::string_view method, const Sha256Digest& hash,
                    Time at = kAttestedAt) const {
    return IssueRequestProof(token, kServer, method, hash, agent_key, at).value();
  }
};

inline std::string Reason(const AttestationVerdict& verdict) {
  return verdict.verified ? "verified" : std::string(AttestationReasonName(verdict.reason));
}

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_ATTESTATION_SCENE_H_
