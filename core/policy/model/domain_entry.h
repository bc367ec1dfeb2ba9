// An entry of a domain allowlist or of a deny list.
#ifndef CALLGATE_CORE_POLICY_MODEL_DOMAIN_ENTRY_H_
#define CALLGATE_CORE_POLICY_MODEL_DOMAIN_ENTRY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/policy/values/domain.h"

namespace callgate::policy {

struct DomainEntry {
  // Nullopt for what is not `host`, `*.host`, `host:port` or `*.host:port` with a lower-case host.
  static std::optional<DomainEntry> Parse(std::string_view text);

  // The entry allows `domain`.
  [[nodiscard]] bool Matches(const Domain& domain) const noexcept;
  // As an entry of a deny list: `*.x` also covers x; without a port, every port.
  [[nodiscard]] bool MatchesDenied(const Domain& domain) const noexcept;

  std::string text;        // as written
  std::string host;        // without "*."
  bool wildcard = false;   // any deeper label of host
  std::uint16_t port = 0;  // 0: none written
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_DOMAIN_ENTRY_H_
