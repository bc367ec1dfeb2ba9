// Reads what the vectors of attestation.json say of trust, expectations and possession.
#ifndef CALLGATE_TESTS_ATTESTATION_ATTESTATION_CASE_H_
#define CALLGATE_TESTS_ATTESTATION_ATTESTATION_CASE_H_

#include <optional>
#include <string>

#include "callgate/attestation.h"
#include "tests/support/vectors.h"

namespace callgate::test {

const Vectors& AttestationVectors();

AttestationTrust TrustOf(json::Value vector);
AttestationVerifier VerifierOf(json::Value vector);

// A verification as the vector, or a step of one, has it: it keeps what the possession refers to.
class Presented {
 public:
  explicit Presented(json::Value step);
  AttestationVerdict Verify(const AttestationVerifier& verifier) const;
  Time now() const { return now_; }

 private:
  std::optional<std::string> token_;
  std::string proof_;
  std::string method_;
  Possession possession_;
  AttestationEra era_;
  Time now_;
};

AttestationEra EraOf(json::Value vector);
Sha256Digest DigestOf(json::Value vector, std::string_view key);
std::int64_t Integer(json::Value object, std::string_view key);

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_ATTESTATION_ATTESTATION_CASE_H_
