#include <cstring>
#include <memory>
#include <string>

#include "bench/attestation_inputs.h"
#include "bench/inputs.h"
#include "bench/operation.h"
#include "callgate/attestation.h"
#include "callgate/seen_table.h"

namespace callgate::bench {
namespace {

std::shared_ptr<AttestationVerifier> Verifier() {
  IssuerTrust issuer;
  issuer.issuer = kAttestationIssuer;
  issuer.keys = {{"issuer-1", IssuerKey().public_key()}};
  issuer.trust_domains = {"acme.example"};
  AttestationExpectations expected;
  expected.audience = kAttestationAudience;
  AttestationTrust trust =
      Require(AttestationTrust::Create(std::vector{std::move(issuer)}), "trust");
  return std::make_shared<AttestationVerifier>(
      Require(AttestationVerifier::Create(std::move(trust), std::move(expected)), "verifier"));
}

Prepared PrepareSignature(std::size_t) {
  return {.run = [input = SignedToken(AttestationToken())] {
    Require(SodiumVerify(input, IssuerKey().public_key()), "a signature did not verify");
  }};
}

Prepared PrepareSign(std::size_t) {
  const std::string token = AttestationToken();
  const std::string_view input(token.data(), token.rfind('.'));
  return {.run = [input = std::string(input), expected = IssuerKey().Sign(input)] {
    Require(IssuerKey().Sign(input) == expected, "a signature differs");
  }};
}

Prepared PrepareVerify(std::size_t) {
  return {.run = [verifier = Verifier(), token = AttestationToken()] {
    Require(verifier->Verify(token, {}, kNow).verified, "a token did not verify");
  }};
}

Prepared PrepareVerifyKnown(std::size_t) {
  return {
      .run = [verifier = Verifier(), token = BoundAttestationToken(), proof = AttestationProof()] {
        const AttestationVerdict verdict = verifier->Verify(
            token, RequestProof{proof, "tools/call", Sha256("{}")}, kNow, AttestationEra::kModern);
        Require(verdict.proven, "a proof did not verify");
      }};
}

// A whole message of the modern era: read, hashed, its known token and its proof verified.
Prepared PrepareMessage(std::size_t) {
  return {.run = [verifier = Verifier(), json = AttestedCall()] {
    const auto message = ReadAttestedMessage(json);
    Require(message.ok() && verifier->Verify(*message, kNow).proven, "a message was refused");
  }};
}

Prepared PrepareUnknownIssuer(std::size_t) {
  std::string claims = AttestationClaims();
  claims.replace(claims.find("issuer.example"), 6, "nobody");
  const std::string token =
      Require(IssueAttestation(claims, IssuerKey(), kNow, {.key_id = "issuer-1"}), "issue");
  return {.run = [verifier = Verifier(), token] {
    Require(verifier->Verify(token, {}, kNow).reason == AttestationReason::kUntrustedIssuer,
            "an unknown issuer was not refused");
  }};
}

Prepared PrepareIssue(std::size_t) {
  return {.run = [claims = AttestationClaims()] {
    const auto token = IssueAttestation(claims, IssuerKey(), kNow, {.key_id = "issuer-1"});
    Require(token.ok(), "issue");
  }};
}

// A table with `live` claims of one issuer in it, into which others keep coming as fast as they
// expire.
struct FullTable {
  explicit FullTable(std::uint64_t live_in) : live(live_in), table(2 * live, 2 * live) {
    while (n < live) Insert();
  }

  void Insert() {
    ReplayClaim claim;
    std::memcpy(claim.key.data(), &n, sizeof n);
    const Time now = kNow + std::chrono::milliseconds(n * 330'000 / live);
    ++n;
    claim.expires_at = now + std::chrono::seconds(330);
    Require(table.Insert(claim, now) == SeenStatus::kInserted, "insert");
  }

  std::map<std::string, double> Figures() const {
    return {
        {"live", static_cast<double>(live)},
        {"bytes_per_entry", static_cast<double>(table.memory_bytes()) / static_cast<double>(live)}};
  }

  std::uint64_t n = 0;
  std::uint64_t live;
  SeenTable table;
};

Operation InsertSeen(const std::string& name, std::uint64_t live, std::size_t counted_runs) {
  return {name,
          [live](std::size_t) -> Prepared {
            auto full = std::make_shared<FullTable>(live);
            return {.run = [full] { full->Insert(); },
                    .figures = [full] { return full->Figures(); }};
          },
          counted_runs};
}

}  // namespace

std::vector<Operation> AttestationOperations() {
  return {{"signature/attestation", PrepareSignature},
          {"sign/attestation", PrepareSign},
          {"attestation/verify", PrepareVerify},
          {"attestation/verify_known", PrepareVerifyKnown},
          {"attestation/message", PrepareMessage},
          {"attestation/unknown_issuer", PrepareUnknownIssuer},
          {"attestation/issue", PrepareIssue},
          InsertSeen("seen/insert_10", 10, 1024),
          InsertSeen("seen/insert_1M", 1'000'000, 0)};
}

}  // namespace callgate::bench
