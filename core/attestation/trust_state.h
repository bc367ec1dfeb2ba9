// What an AttestationTrust holds.
#ifndef CALLGATE_CORE_ATTESTATION_TRUST_STATE_H_
#define CALLGATE_CORE_ATTESTATION_TRUST_STATE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/attestation_trust.h"
#include "callgate/crypto.h"

namespace callgate::attestation {

using Names = std::set<std::string, std::less<>>;

struct Issuer {
  TrustLevel level = TrustLevel::kProvider;
  std::map<std::string, PreparedKey, std::less<>> keys;
  Names trust_domains;
  std::vector<std::string> subject_paths;
  Names providers;
  Names model_families;
  std::int64_t longest_lifetime = 0;  // seconds
  SafetyLevel lowest_safety_level = SafetyLevel::kMinimal;
  Names denied_key_ids;
  Names denied_token_ids;
  bool fetches_keys = false;
  Sha256Digest bucket{};  // of the replay claims of its tokens

  // Null for a key that is unknown or denied.
  const PreparedKey* FindKey(std::string_view key_id) const;
};

class TrustState {
 public:
  // Null where it is not trusted.
  const Issuer* Find(std::string_view issuer) const;

  std::map<std::string, Issuer, std::less<>> issuers;
  bool accepts_ed25519_alg = false;
  Names types;
  std::uint64_t generation = 0;
};

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_TRUST_STATE_H_
