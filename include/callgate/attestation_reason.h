// Reasons for refusals, and the trust and safety levels.
#ifndef CALLGATE_ATTESTATION_REASON_H_
#define CALLGATE_ATTESTATION_REASON_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace callgate {

// Why a caller is not verified. The names are stable; the table is attestation_reasons.inc.
enum class AttestationReason : std::uint8_t {
#define CALLGATE_ATTESTATION_REASON(constant, name, modern, status, legacy, meaning, advice) \
  k##constant,
#include "callgate/attestation_reasons.inc"
#undef CALLGATE_ATTESTATION_REASON
};

[[nodiscard]] std::string_view AttestationReasonName(AttestationReason reason);  // "not_yet_valid"
[[nodiscard]] std::string_view AttestationReasonMeaning(AttestationReason reason);
[[nodiscard]] std::string_view AttestationReasonAdvice(AttestationReason reason);
// The JSON-RPC code and the HTTP status on MCP 2026-07-28 and later.
[[nodiscard]] int AttestationReasonCode(AttestationReason reason);
[[nodiscard]] int AttestationReasonHttpStatus(AttestationReason reason);
// The JSON-RPC code on earlier revisions, where the HTTP status is 200.
[[nodiscard]] int AttestationReasonLegacyCode(AttestationReason reason);
// The inverse of AttestationReasonName; nullopt for a name that is not in the table.
[[nodiscard]] std::optional<AttestationReason> AttestationReasonFromName(std::string_view name);

// Ascending. A token's attestation_type must be its issuer's level; no issuer has the level "none".
enum class TrustLevel : std::uint8_t { kNone, kEnterprise, kProvider };
[[nodiscard]] std::string_view TrustLevelName(TrustLevel level);  // "provider"
[[nodiscard]] std::optional<TrustLevel> TrustLevelFromName(std::string_view name);

// Ascending.
enum class SafetyLevel : std::uint8_t { kMinimal, kStandard, kEnhanced };
[[nodiscard]] std::string_view SafetyLevelName(SafetyLevel level);  // "standard"
[[nodiscard]] std::optional<SafetyLevel> SafetyLevelFromName(std::string_view name);

// Which MCP a message belongs to: revisions up to 2025-11-25, which begin with initialize, or from
// 2026-07-28 on, where every request stands alone.
enum class AttestationEra : std::uint8_t { kLegacy, kModern };

}  // namespace callgate

#endif  // CALLGATE_ATTESTATION_REASON_H_
