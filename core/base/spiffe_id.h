// The grammar of SPIFFE IDs (SPIFFE-ID standard, section 2).
#ifndef CALLGATE_CORE_BASE_SPIFFE_ID_H_
#define CALLGATE_CORE_BASE_SPIFFE_ID_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace callgate::base {

inline constexpr std::size_t kMaxSpiffeIdBytes = 2048;

// 1 to 255 of a to z, 0 to 9, dot, hyphen and underscore.
[[nodiscard]] bool IsTrustDomain(std::string_view name) noexcept;

// One that a segment of a SPIFFE ID's path may hold: letters, digits, dot, hyphen and underscore.
[[nodiscard]] bool IsSpiffePathCharacter(char c) noexcept;

// Whether a URI claims to be a SPIFFE ID: its scheme, in any case.
[[nodiscard]] bool HasSpiffeScheme(std::string_view uri) noexcept;

struct SpiffeId {
  std::string_view text;
  std::string_view trust_domain;
  std::string_view path;  // with its first slash
};

// The ID of a workload: `spiffe://`, a trust domain, and a path of one or more segments of letters,
// digits, dot, hyphen and underscore, none of which is empty, "." or "..". At most 2048 bytes. So
// no port, user, query, fragment or percent-encoding, and no ID of a trust domain itself.
std::optional<SpiffeId> ParseSpiffeId(std::string_view uri) noexcept;

}  // namespace callgate::base

#endif  // CALLGATE_CORE_BASE_SPIFFE_ID_H_
