#include "core/policy/lint/lint_hosts.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/ascii.h"
#include "core/policy/inclusion/context_reach.h"
#include "core/policy/inclusion/domain_relations.h"
#include "core/policy/lint/public_suffix.h"

namespace callgate::policy {
namespace {

const DomainEntry& NotGlobal() {
  static const DomainEntry entry = *DomainEntry::ParseDenied("not-global");
  return entry;
}

// Nothing of this machine and of networks around it is left.
bool ExceptsInside(const Context& context, const ToolPatterns& tools,
                   const std::vector<DomainEntry>& except) {
  const auto covers = [](const DomainEntry& entry) { return DeniesWithin(NotGlobal(), entry); };
  if (std::ranges::any_of(except, covers)) return true;
  return std::ranges::any_of(context.deny_list, [&](const DenyEntry& entry) {
    const auto* const domain = std::get_if<DomainEntry>(&entry.argument);
    return domain != nullptr && covers(*domain) &&
           IsAsWide(ToolPatterns::Of({entry.tool_pattern}), tools);
  });
}

bool IsInside(const DomainEntry& entry) {
  if (entry.kind == DomainEntry::Kind::kBlock) return DeniesSome(entry, NotGlobal());
  return entry.kind == DomainEntry::Kind::kName && DeniesAllowed(entry, NotGlobal());
}

bool IsOpen(const DomainEntry& entry) {
  if (entry.kind != DomainEntry::Kind::kName) return false;
  return entry.wildcard && IsOpenToAnyone(entry.host);
}

constexpr auto kOfHosts = std::to_array<std::string_view>({"ftp", "http", "https", "ws", "wss"});

bool LeadsToHosts(std::string_view scheme) {
  return std::ranges::find(kOfHosts, scheme) != kOfHosts.end();
}

enum class UriReach : std::uint8_t { kBounded, kAnyHost, kAnyEnding, kAnyFile };

// What an entry leaves open that ends in `*`.
UriReach ReachOf(std::string_view entry, const std::vector<std::string>& schemes) {
  if (!entry.ends_with('*')) return UriReach::kBounded;
  entry.remove_suffix(1);
  const std::size_t colon = entry.find(':');
  if (colon == std::string_view::npos) {
    if (std::ranges::find(schemes, "file") != schemes.end()) return UriReach::kAnyFile;
    return std::ranges::any_of(schemes, LeadsToHosts) ? UriReach::kAnyHost : UriReach::kBounded;
  }
  std::string scheme(entry.substr(0, colon));
  std::ranges::transform(scheme, scheme.begin(), base::ToAsciiLower);
  std::string_view rest = entry.substr(colon + 1);
  if (scheme == "file") {
    return rest.find_first_not_of('/') == std::string_view::npos ? UriReach::kAnyFile
                                                                 : UriReach::kBounded;
  }
  if (!LeadsToHosts(scheme)) return UriReach::kBounded;
  rest.remove_prefix(
      std::min<std::size_t>(rest.starts_with("//") ? 2 : rest.starts_with('/'), rest.size()));
  if (rest.empty()) return UriReach::kAnyHost;
  const bool ends = rest.find_first_of("/?#") != std::string_view::npos;
  return ends ? UriReach::kBounded : UriReach::kAnyEnding;
}

}  // namespace

void LintHosts(const Context& context, const ToolPatterns& tools,
               const std::vector<DomainEntry>& allow, const std::vector<DomainEntry>& except,
               const Warn& warn) {
  for (const DomainEntry& entry : allow) {
    if (entry.kind == DomainEntry::Kind::kAny && !ExceptsInside(context, tools, except)) {
      warn("lint.any-host", "the entry " + entry.text +
                                " allows every host, this machine and the networks around it, too; "
                                "list the hosts that are meant, or except not-global");
    } else if (IsOpen(entry)) {
      warn("lint.public-suffix", "the entry " + entry.text +
                                     " allows hosts of anyone, who can have "
                                     "one below " +
                                     entry.host + "; write the names of those that are meant");
    } else if (IsInside(entry)) {
      warn("lint.private-address",
           "the entry " + entry.text +
               " allows this machine or a network that is not public; write the name of a host, or "
               "acknowledge that services there are meant");
    }
  }
}

void LintUris(const Context& context, const ToolPatterns& tools, const UriKind& kind,
              const Warn& warn) {
  for (const std::string& entry : kind.allow) {
    const UriReach reach = ReachOf(entry, kind.schemes);
    if (reach == UriReach::kBounded) continue;
    if (reach == UriReach::kAnyHost && ExceptsInside(context, tools, {})) continue;
    warn("lint.any-host",
         "the entry " + entry +
             (reach == UriReach::kAnyEnding ? " allows every host whose name begins so"
                                            : " allows every URI") +
             "; write how those that are meant begin, up to the slash behind the host");
  }
}

}  // namespace callgate::policy
