// Makes attestation tokens, and the proofs that go with their use.
#ifndef CALLGATE_ATTESTATION_ISSUE_H_
#define CALLGATE_ATTESTATION_ISSUE_H_

#include <chrono>
#include <string>
#include <string_view>

#include "callgate/attestation_trust.h"
#include "callgate/crypto.h"
#include "callgate/result.h"
#include "callgate/time.h"

namespace callgate {

struct AttestationIssueOptions {
  std::string key_id;                                           // kid; 1 to 256 bytes
  std::chrono::seconds lifetime = kDefaultAttestationLifetime;  // 1 s to 24 h
};

// Signs `claims_json`, which has iss, sub, aud, agent_identity and attestation_metadata, and may
// have agent_integrity, cnf, and other claims at the top level. Adds these where they are absent:
// iat and nbf (5 s before `now`, or half the lifetime if that is under 10 s, so that verifiers
// whose clocks are behind accept the token), exp (iat + lifetime) and a random jti (UUIDv4).
//
// INVALID_TOKEN, with the place, for claims that AttestationVerifier would refuse, and for claims
// that other readers refuse: undefined members of the nested objects, a jti that is not a UUID, an
// iss that is not a URL, a sub that starts with spiffe:// and is not a SPIFFE ID, empty objects.
// INVALID_ARGUMENT for options out of range, and for a `now` outside kEarliestTime..kLatestTime.
Result<std::string> IssueAttestation(std::string_view claims_json, const SecretKey& key, Time now,
                                     const AttestationIssueOptions& options);
// The same for a key held elsewhere: sign the bytes returned, then AssembleAttestation.
Result<std::string> AttestationSigningInput(std::string_view claims_json, Time now,
                                            const AttestationIssueOptions& options);

// Makes a proof that the sender of a message holds the key in the token's cnf.jwk. It is good once,
// for one method and request hash, at one audience, within a minute of `now`. INVALID_ARGUMENT for
// an empty audience or method, and for a `now` outside kEarliestTime..kLatestTime.
Result<std::string> IssueRequestProof(std::string_view token, std::string_view audience,
                                      std::string_view method, const Sha256Digest& request_hash,
                                      const SecretKey& key, Time now);
Result<std::string> RequestProofSigningInput(std::string_view token, std::string_view audience,
                                             std::string_view method,
                                             const Sha256Digest& request_hash, Time now);

// A signing input of either and its signature, as one compact JWS. INVALID_TOKEN unless the input
// is two parts in base64url.
Result<std::string> AssembleAttestation(std::string_view signing_input, const Signature& signature);

}  // namespace callgate

#endif  // CALLGATE_ATTESTATION_ISSUE_H_
