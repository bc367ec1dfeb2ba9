// AttestationTrust: which issuers are trusted, with which keys, to attest what.
#ifndef CALLGATE_ATTESTATION_TRUST_H_
#define CALLGATE_ATTESTATION_TRUST_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "callgate/attestation_reason.h"
#include "callgate/crypto.h"
#include "callgate/result.h"

namespace callgate {

namespace attestation {
class TrustState;
}

inline constexpr std::chrono::seconds kDefaultAttestationLifetime{300};
inline constexpr std::chrono::hours kLongestAttestationLifetime{24};
inline constexpr std::size_t kMaxKeysOfIssuer = 64;
inline constexpr std::size_t kMaxAttestationJwksBytes = 256 * 1024;

// What an issuer may attest. Names are compared byte for byte; an empty list allows any.
struct IssuerTrust {
  std::string issuer;  // iss
  TrustLevel level = TrustLevel::kProvider;
  std::vector<std::pair<std::string, PublicKey>> keys;  // kid to key; may be empty: not fetched yet
  // With either, sub must be a SPIFFE ID. A pattern is matched with the ID's path, segment by
  // segment: `*` is any text within one, `**` by itself any number of them: "/model/claude-*".
  std::vector<std::string> trust_domains;
  std::vector<std::string> subject_paths;
  std::vector<std::string> providers;                                   // of agent_identity
  std::vector<std::string> model_families;                              // of agent_identity
  std::chrono::seconds longest_lifetime = kDefaultAttestationLifetime;  // exp - iat; 1 s to 24 h
  std::optional<SafetyLevel> lowest_safety_level;
  std::vector<std::string> denied_key_ids;    // refused as if there were no such key
  std::vector<std::string> denied_token_ids;  // jti
  bool fetches_keys = false;  // the host fetches keys: an unknown kid may be a new one
};

struct AttestationTrustOptions {
  bool accept_ed25519_alg = false;  // alg "Ed25519" (RFC 9864) besides "EdDSA" (RFC 8037)
  std::vector<std::string> types;   // typ of tokens, besides absent and "JWT"
};

// An immutable snapshot; copies share it.
class AttestationTrust {
 public:
  // INVALID_ARGUMENT, with the place, for an empty or repeated issuer or kid, the level kNone, a
  // trust domain or pattern that no SPIFFE ID can match, and a lifetime out of range. Without
  // issuers, every token is refused.
  static Result<AttestationTrust> Create(std::span<const IssuerTrust> issuers,
                                         const AttestationTrustOptions& options = {});

  // Differs between any two that were created in this process; copies share it.
  std::uint64_t generation() const noexcept;
  // For the core.
  const attestation::TrustState& state() const noexcept { return *state_; }

 private:
  explicit AttestationTrust(std::shared_ptr<const attestation::TrustState> state);
  std::shared_ptr<const attestation::TrustState> state_;
};

// An entry of a JWKS that is no key for attestations.
struct SkippedKey {
  std::size_t index;     // from 0
  std::string_view why;  // a constant sentence
};

struct AttestationJwks {
  std::vector<std::pair<std::string, PublicKey>> keys;  // in the order of the document
  std::vector<SkippedKey> skipped;
};

// Reads a JWK Set (RFC 7517). Entries that cannot verify Ed25519 signatures (RFC 8037) are skipped,
// and those without kid, with a private key, or with a kid that another usable entry has: which of
// two is meant would be a guess. INVALID_JSON or LIMIT_EXCEEDED where the document is no JWK Set,
// is over 256 KiB, or has more than 64 entries.
Result<AttestationJwks> ReadAttestationJwks(std::string_view json);

}  // namespace callgate

#endif  // CALLGATE_ATTESTATION_TRUST_H_
