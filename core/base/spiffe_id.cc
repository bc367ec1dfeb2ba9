#include "core/base/spiffe_id.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace callgate::base {
namespace {

constexpr std::string_view kPrefix = "spiffe://";
constexpr std::size_t kMaxTrustDomainBytes = 255;

bool IsDomainCharacter(char c) noexcept {
  return IsAsciiLower(c) || IsAsciiDigit(c) || c == '.' || c == '-' || c == '_';
}

bool IsSegment(std::string_view segment) noexcept {
  if (segment.empty() || segment == "." || segment == "..") return false;
  return std::all_of(segment.begin(), segment.end(), IsSpiffePathCharacter);
}

// `path` is what follows the first slash.
bool IsPath(std::string_view path) noexcept {
  while (true) {
    const std::size_t slash = path.find('/');
    if (!IsSegment(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

bool IsTrustDomain(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kMaxTrustDomainBytes &&
         std::all_of(name.begin(), name.end(), IsDomainCharacter);
}

bool IsSpiffePathCharacter(char c) noexcept { return IsDomainCharacter(c) || IsAsciiUpper(c); }

bool HasSpiffeScheme(std::string_view uri) noexcept {
  return StartsWithIgnoringCase(uri, "spiffe:");
}

std::optional<SpiffeId> ParseSpiffeId(std::string_view uri) noexcept {
  if (uri.size() > kMaxSpiffeIdBytes || !uri.starts_with(kPrefix)) return std::nullopt;
  const std::string_view rest = uri.substr(kPrefix.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view trust_domain = rest.substr(0, slash);
  if (!IsTrustDomain(trust_domain) || !IsPath(rest.substr(slash + 1))) return std::nullopt;
  return SpiffeId{uri, trust_domain, rest.substr(slash)};
}

}  // namespace callgate::base
