#include <algorithm>
#include <iterator>

#include "callgate/attestation_reason.h"

namespace callgate {
namespace {

struct Row {
  std::string_view name;
  int code;
  int http_status;
  int legacy_code;
  std::string_view meaning;
  std::string_view advice;
};

constexpr Row kTable[] = {
#define CALLGATE_ATTESTATION_REASON(constant, name, modern, status, legacy, meaning, advice) \
  {name, modern, status, legacy, meaning, advice},
#include "callgate/attestation_reasons.inc"
#undef CALLGATE_ATTESTATION_REASON
};

constexpr std::string_view kTrustLevels[] = {"none", "enterprise", "provider"};
constexpr std::string_view kSafetyLevels[] = {"minimal", "standard", "enhanced"};

const Row& Find(AttestationReason reason) { return kTable[static_cast<std::size_t>(reason)]; }

template <typename Level, std::size_t N>
std::optional<Level> LevelFromName(const std::string_view (&names)[N], std::string_view name) {
  const auto found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names)) return std::nullopt;
  return static_cast<Level>(found - std::begin(names));
}

}  // namespace

std::string_view AttestationReasonName(AttestationReason reason) { return Find(reason).name; }
std::string_view AttestationReasonMeaning(AttestationReason reason) { return Find(reason).meaning; }
std::string_view AttestationReasonAdvice(AttestationReason reason) { return Find(reason).advice; }
int AttestationReasonCode(AttestationReason reason) { return Find(reason).code; }
int AttestationReasonHttpStatus(AttestationReason reason) { return Find(reason).http_status; }
int AttestationReasonLegacyCode(AttestationReason reason) { return Find(reason).legacy_code; }

std::optional<AttestationReason> AttestationReasonFromName(std::string_view name) {
  const auto found = std::find_if(std::begin(kTable), std::end(kTable),
                                  [name](const Row& row) { return row.name == name; });
  if (found == std::end(kTable)) return std::nullopt;
  return static_cast<AttestationReason>(found - std::begin(kTable));
}

std::string_view TrustLevelName(TrustLevel level) {
  return kTrustLevels[static_cast<std::size_t>(level)];
}
std::optional<TrustLevel> TrustLevelFromName(std::string_view name) {
  return LevelFromName<TrustLevel>(kTrustLevels, name);
}
std::string_view SafetyLevelName(SafetyLevel level) {
  return kSafetyLevels[static_cast<std::size_t>(level)];
}
std::optional<SafetyLevel> SafetyLevelFromName(std::string_view name) {
  return LevelFromName<SafetyLevel>(kSafetyLevels, name);
}

}  // namespace callgate
