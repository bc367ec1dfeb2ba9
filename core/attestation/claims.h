// The claims of an attestation token, by name.
#ifndef CALLGATE_CORE_ATTESTATION_CLAIMS_H_
#define CALLGATE_CORE_ATTESTATION_CLAIMS_H_

#include <optional>
#include <string_view>

#include "callgate/crypto.h"
#include "callgate/json.h"
#include "core/attestation/refusal.h"
#include "core/attestation/times.h"

namespace callgate::attestation {

inline constexpr std::size_t kMaxIssuerBytes = 2048;
inline constexpr std::size_t kMaxSubjectBytes = 2048;
inline constexpr std::size_t kMaxTokenIdBytes = 128;
inline constexpr std::size_t kMaxAudiences = 8;

// Views into the claims they were read from.
struct Claims {
  std::string_view subject;
  std::string_view token_id;
  Times times;
  std::string_view model_family;
  std::string_view provider;
  TrustLevel type = TrustLevel::kProvider;
  SafetyLevel safety_level = SafetyLevel::kStandard;
  std::optional<json::Value> capabilities;  // a list of strings
  std::optional<std::string_view> config_hash;
  std::optional<std::string_view> system_prompt_hash;
  std::optional<PublicKey> confirmation_key;
};

// What is added to claims that are about to be issued.
struct Completion {
  std::int64_t issued_at;
  std::int64_t expires_at;
  std::string_view token_id;
};

// Reads claims whose signature verified, and checks what depends on nothing but them: kClaims for a
// member that is missing, null or of another form, kVersion, and kProof for a cnf that names no
// key, whose possession could not be checked. Members that are not known are passed over.
// With `completion`, what is absent is taken from it.
[[nodiscard]] Refused ReadClaims(json::Value root, Claims& claims,
                                 const Completion* completion = nullptr);

// 1 to kMaxTokenIdBytes of printable ASCII.
[[nodiscard]] bool IsTokenId(std::string_view text) noexcept;
// A whole number of seconds from 0 to 2^53, written as one.
[[nodiscard]] bool ReadSeconds(json::Value value, std::int64_t& seconds) noexcept;

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_CLAIMS_H_
