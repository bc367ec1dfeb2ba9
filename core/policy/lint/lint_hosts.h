// Warnings about hosts that are allowed.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_HOSTS_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_HOSTS_H_

#include <vector>

#include "core/policy/lint/findings.h"

namespace callgate::policy {

// `except` is what the argument excepts, and `tools` those of the capability: what its deny list
// stops there is allowed by no entry.
void LintHosts(const Context& context, const ToolPatterns& tools,
               const std::vector<DomainEntry>& allow, const std::vector<DomainEntry>& except,
               const Warn& warn);
void LintUris(const Context& context, const ToolPatterns& tools, const UriKind& kind,
              const Warn& warn);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_HOSTS_H_
