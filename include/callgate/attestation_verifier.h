// AttestationVerifier: verifies the attestation token, and the proof, of a caller.
#ifndef CALLGATE_ATTESTATION_VERIFIER_H_
#define CALLGATE_ATTESTATION_VERIFIER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "callgate/attestation_message.h"
#include "callgate/attestation_reason.h"
#include "callgate/attestation_trust.h"
#include "callgate/crypto.h"
#include "callgate/replay_claim.h"
#include "callgate/result.h"
#include "callgate/time.h"

namespace callgate {

// Each is checked before the work that it bounds.
inline constexpr std::size_t kMaxAttestationTokenBytes = 16 * 1024;
inline constexpr std::size_t kMaxAttestationPartBytes = 8 * 1024;  // JSON of a header, of claims
inline constexpr std::size_t kMaxAttestationDepth = 16;            // of that JSON
inline constexpr std::size_t kMaxRequestProofBytes = 4 * 1024;
inline constexpr std::chrono::seconds kLargestAttestationSkew{60};
inline constexpr std::chrono::seconds kRequestProofLifetime{60};

// Which callers are admitted: with kRequired the verified ones; with kPreferred and kOptional those
// without a token too.
enum class AttestationPolicy : std::uint8_t { kRequired, kPreferred, kOptional };

// What the server asks of every token.
struct AttestationExpectations {
  std::optional<std::string> audience;  // aud must be or contain it, byte for byte
  bool any_audience = false;            // instead of an audience; then no proof can be checked
  AttestationPolicy policy = AttestationPolicy::kRequired;
  bool reject_invalid = true;                // a bad token is refused where a missing one is let in
  std::vector<std::string> required_claims;  // names of members of the claims
  std::optional<std::string> config_hash;    // "sha256:" and 64 lower-case digits
  std::optional<std::string> system_prompt_hash;
  std::vector<std::string> required_capabilities;  // of capabilities_declared
  std::optional<SafetyLevel> lowest_safety_level;
  std::chrono::seconds skew{30};  // of clocks; 0 to kLargestAttestationSkew
  bool require_proof = false;     // in the legacy era too
};

// A proof that came with a message.
struct RequestProof {
  std::string_view proof;   // compact JWS, typ mcp-request-proof+jwt
  std::string_view method;  // of the message; "http:GET" and the like for requests without one
  Sha256Digest request_hash{};
};

// How the caller showed that it holds the token's key (cnf.jwk): not at all, by a proof, or by an
// exchange of the host's own, which proved this key.
using Possession = std::variant<std::monostate, RequestProof, PublicKey>;

// The verdict on a token. The default is a refusal.
struct [[nodiscard]] AttestationVerdict {
  // Where `replay` is set, only once that was inserted.
  bool verified = false;
  // Whether the policy lets the caller in, verified or not. With `replay`, as above.
  bool admitted = false;
  AttestationReason reason = AttestationReason::kNotProvided;  // means nothing where verified
  // "token", "header/alg", "claims/exp", "claims/agent_identity/provider", "proof/ath", …
  std::string where;
  std::string_view message;  // a constant sentence: nothing of the token
  // Only with the reason kid: the host may fetch `key_id` of `issuer`, which is configured, once,
  // set the new trust, and ask again. Neither is verified.
  bool needs_key = false;

  // As verified; of a refused token empty, but for a replayed one (its issuer, kid and jti).
  std::string issuer;
  std::string key_id;
  std::string subject;      // sub
  std::string token_id;     // jti
  std::string claims_json;  // compact, keys sorted, numbers as written
  TrustLevel trust_level = TrustLevel::kNone;
  bool audience_checked = false;
  bool proven = false;  // possession of confirmation_key
  std::optional<PublicKey> issuer_key;
  std::optional<PublicKey> confirmation_key;  // cnf.jwk
  Time expires_at{};                          // exp

  std::optional<ReplayClaim> replay;
  std::uint64_t generation = 0;  // of the trust it was judged under
  bool admits_invalid = false;   // whether the policy admits callers with a bad token

  // This verdict, refused: kReplay where the claim was seen, kUnavailable where the store was full
  // or did not answer.
  AttestationVerdict Refused(AttestationReason refused_for) const;
};

// Verifies tokens of the issuers of its trust. Reads no clock and fetches nothing.
//
// A token without cnf is a bearer: single-use, and legacy only. One with cnf may be used until it
// expires, each time with another proof. In order: form, alg, header, issuer, key, signature,
// claims, times, audience, what the issuer may attest, what the server asks for, possession.
// Before the signature has verified, only iss and kid are looked up, and only among the configured
// issuers.
//
// Thread-safe. Verified tokens with cnf are remembered under the generation of the trust.
class AttestationVerifier {
 public:
  // INVALID_ARGUMENT for both or neither of audience and any_audience, any_audience with
  // require_proof, a skew out of range, and a hash of another form.
  static Result<AttestationVerifier> Create(AttestationTrust trust,
                                            AttestationExpectations expectations,
                                            std::size_t remembered_tokens = 4096);
  AttestationVerifier(AttestationVerifier&&) noexcept;
  AttestationVerifier& operator=(AttestationVerifier&&) noexcept;
  ~AttestationVerifier();

  // Replaces the trust atomically. Verifications under way keep the trust they began with.
  void SetTrust(AttestationTrust trust);
  AttestationTrust trust() const;

  // nullopt: no token was sent. Any bytes give a verdict. In the modern era a token must carry cnf,
  // and be proven.
  [[nodiscard]] AttestationVerdict Verify(std::optional<std::string_view> token,
                                          const Possession& possession, Time now,
                                          AttestationEra era = AttestationEra::kLegacy) const;
  // The token and proof of a message.
  [[nodiscard]] AttestationVerdict Verify(const AttestedMessage& message, Time now) const;

  // For sessions and streams: whether a verified verdict still holds under the current trust (its
  // issuer, key, jti and claims) and, with `now`, whether the token has expired. The verdict
  // returned has no replay claim. A refused verdict is returned unchanged.
  [[nodiscard]] AttestationVerdict JudgeAgain(const AttestationVerdict& verdict,
                                              std::optional<Time> now = std::nullopt) const;

 private:
  struct State;
  explicit AttestationVerifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace callgate

#endif  // CALLGATE_ATTESTATION_VERIFIER_H_
