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
// have agent_integrity, cnf, and claims of its own at the top. Where they are absent, iat and nbf
// (5 s ago, or half of a lifetime under 10 s, so that verifiers whose clocks are behind take it),
// exp (iat
// + lifetime) and a random jti (UUIDv4) are added.
//
// INVALID_TOKEN, with the place, for what AttestationVerifier would refuse, and for what readers of
// these tokens disagree about: members of the nested objects that are not defined, a jti that is no
// UUID, an iss that is no URL, a sub that begins as a SPIFFE ID and is none, empty objects.
// INVALID_ARGUMENT for options and `now`.
Result<std::string> IssueAttestation(std::string_view claims_json, const SecretKey& key, Time now,
                                     const AttestationIssueOptions& options);
// The same for a key held elsewhere: sign the bytes returned, then AssembleAttestation.
Result<std::string> AttestationSigningInput(std::string_view claims_json, Time now,
                                            const AttestationIssueOptions& options);

// Shows that the sender of a message holds the key in the token's cnf.jwk: once, for one method and
// one request hash, at one audience, within a minute of `now`. INVALID_ARGUMENT for an empty
// audience or method, and for `now`.
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
