#include "core/policy/model/domain_entry.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace callgate::policy {
namespace {

// True when `host` has a label or more before ".suffix".
bool IsBelow(std::string_view host, std::string_view suffix) noexcept {
  return host.size() > suffix.size() + 1 && host.ends_with(suffix) &&
         host[host.size() - suffix.size() - 1] == '.';
}

}  // namespace

std::optional<DomainEntry> DomainEntry::Parse(std::string_view text) {
  DomainEntry entry;
  entry.text = text;
  std::string_view host = text;
  if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    entry.port = ParsePort(host.substr(colon + 1));
    if (entry.port == 0) return std::nullopt;
    host = host.substr(0, colon);
  }
  if (host.starts_with("*.")) {
    entry.wildcard = true;
    host.remove_prefix(2);
    if (IsDottedQuad(host)) return std::nullopt;  // an address has no deeper labels
  }
  if (!IsHost(host)) return std::nullopt;
  if (std::any_of(host.begin(), host.end(), base::IsAsciiUpper)) return std::nullopt;
  entry.host = host;
  return entry;
}

bool DomainEntry::Matches(const Domain& domain) const noexcept {
  if (domain.port != (port != 0 ? port : domain.default_port)) return false;
  return wildcard ? IsBelow(domain.host(), host) : domain.host() == host;
}

bool DomainEntry::MatchesDenied(const Domain& domain) const noexcept {
  if (port != 0 && domain.port != port) return false;
  return domain.host() == host || (wildcard && IsBelow(domain.host(), host));
}

}  // namespace callgate::policy
