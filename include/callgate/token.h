// Security tokens: compact JWS (RFC 7515) with EdDSA (RFC 8037), claims as RFC 7519.
#ifndef CALLGATE_TOKEN_H_
#define CALLGATE_TOKEN_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "callgate/crypto.h"
#include "callgate/limits.h"
#include "callgate/result.h"
#include "callgate/time.h"

namespace callgate {

inline constexpr std::chrono::hours kLongestTokenLifetime{24};
inline constexpr std::chrono::seconds kLargestLeeway{60};
inline constexpr std::chrono::seconds kIssuedAheadTolerance{30};

// The keys whose signatures on tokens are accepted, by key id. Immutable; cheap to copy.
class IssuerKeys {
 public:
  // INVALID_ARGUMENT for an empty set, a duplicate or empty key id.
  static Result<IssuerKeys> Create(std::vector<std::pair<std::string, PublicKey>> keys);
  // Key ids are the RFC 7638 thumbprints.
  static Result<IssuerKeys> FromList(const std::vector<PublicKey>& keys);
  // RFC 7517 JWK Set. Keys of other types, and with `use` other than "sig", are passed over; a key
  // without `kid` takes its thumbprint. INVALID_ARGUMENT or KEY_REFUSED where none is left or one
  // is malformed.
  static Result<IssuerKeys> FromJwks(std::string_view json);

  // The key for a token's header: by `kid`, or, without one, the only key. Null when there is none.
  const PreparedKey* Find(std::optional<std::string_view> key_id) const noexcept;
  std::size_t size() const noexcept;
  std::vector<std::string> key_ids() const;
  // Differs between any two sets that were created in this process; copies share it. What was
  // verified with one set is told from what was verified with another by it.
  std::uint64_t generation() const noexcept;

 private:
  struct State;
  explicit IssuerKeys(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

// The claims of a token whose signature verified.
struct TokenClaims {
  std::string subject;                        // sub, never empty
  std::string scope;                          // scp: the SecurityContext's name, never empty
  std::string id;                             // jti; empty when absent
  std::string key_id;                         // of the issuer key that verified it
  std::optional<std::string> key_thumbprint;  // cnf.jkt (RFC 7800, RFC 7638)
  Time issued_at;                             // iat; fractions of a millisecond rounded up
  std::optional<Time> not_before;             // nbf; rounded up
  Time expires_at;                            // exp; rounded down
  std::string json;                           // all claims: compact, keys sorted, digits as sent
};

// What a token must say besides being valid.
struct TokenExpectations {
  std::optional<std::string> issuer;    // iss must equal it
  std::optional<std::string> audience;  // aud must equal or contain it
  std::chrono::seconds leeway{0};       // on exp and nbf; 0 to kLargestLeeway
  // Where no audience is named, a token with aud was issued for others and is refused (RFC 7519
  // section 4.1.3), unless this is set: then aud is checked for its form only. Not with `audience`.
  bool accept_any_audience = false;
};

// EXPIRED_TOKEN when exp has passed (now >= exp + leeway); INVALID_TOKEN for everything else: form,
// header (nothing but alg, typ and kid; alg must be "EdDSA", typ absent or "JWT"), key, signature,
// missing or mistyped claims (names have at most 256 bytes and no control characters, times no
// exponent, cnf has jkt), iat more than 30 s ahead, nbf ahead, exp not after iat and nbf, a
// lifetime over 24 h, wrong iss or aud, aud where no audience is expected. INVALID_ARGUMENT for
// `now` or `leeway` out of range, and for `audience` together with `accept_any_audience`. Pure.
Result<TokenClaims> VerifyToken(std::string_view token, const IssuerKeys& keys, Time now,
                                const TokenExpectations& expectations = {},
                                const Limits& limits = {});

struct TokenOptions {
  std::optional<std::string> key_id;    // kid of the header
  std::chrono::seconds lifetime{3600};  // used where the claims have no exp; 1 s to 24 h
};

// Signs `claims_json` (an object with sub and scp). Where they are absent, iat (the second of
// `now`), exp (iat + lifetime) and a random jti (UUIDv4) are added. INVALID_TOKEN where the result
// would not verify now, or, if it has an nbf, at that time; INVALID_ARGUMENT for options and `now`.
Result<std::string> IssueToken(std::string_view claims_json, const SecretKey& key, Time now,
                               const TokenOptions& options = {});
// The same for a key held elsewhere: sign the bytes returned, then assemble. AssembleToken checks
// form only.
Result<std::string> TokenSigningInput(std::string_view claims_json, Time now,
                                      const TokenOptions& options = {});
Result<std::string> AssembleToken(std::string_view signing_input, const Signature& signature);

}  // namespace callgate

#endif  // CALLGATE_TOKEN_H_
