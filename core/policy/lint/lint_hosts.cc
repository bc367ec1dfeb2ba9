#include "core/policy/lint/lint_hosts.h"

#include <algorithm>

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

void LintUris(const UriKind& kind, const Warn& warn) {
  for (const std::string& entry : kind.allow) {
    if (entry != "*" && !entry.ends_with("://*")) continue;
    warn("lint.any-host", "the entry " + entry +
                              " allows every URI; write how those that are meant begin, up to the "
                              "slash behind the host");
  }
}

}  // namespace callgate::policy
