#include "callgate/trust.h"

namespace callgate {
namespace {

struct Row {
  std::string_view name;
  std::string_view meaning;
  std::string_view advice;
};

constexpr Row kTable[] = {
#define CALLGATE_TRUST_REASON(constant, name, kind, meaning, advice) {name, meaning, advice},
#include "callgate/trust_reasons.inc"
#undef CALLGATE_TRUST_REASON
};

const Row& Find(TrustReason reason) { return kTable[static_cast<std::size_t>(reason)]; }

}  // namespace

std::string_view TrustReasonName(TrustReason reason) { return Find(reason).name; }
std::string_view TrustReasonMeaning(TrustReason reason) { return Find(reason).meaning; }
std::string_view TrustReasonAdvice(TrustReason reason) { return Find(reason).advice; }

std::optional<TrustReason> TrustReasonFromName(std::string_view name) {
  std::uint8_t index = 0;
  for (const Row& row : kTable) {
    if (row.name == name) return static_cast<TrustReason>(index);
    ++index;
  }
  return std::nullopt;
}

}  // namespace callgate
