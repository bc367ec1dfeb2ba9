// Whether a context denies something on the tools of a capability, whatever its capabilities say.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_DENIED_ALWAYS_H_
#define CALLGATE_CORE_POLICY_INCLUSION_DENIED_ALWAYS_H_

#include "core/policy/model/context.h"

namespace callgate::policy {

// One deny entry of the context stops, on every tool that `tools` match, what `except` covers,
// which is read like a deny entry.
bool IsDeniedAlways(const Context& context, const ToolPatterns& tools, const PathEntry& except);
bool IsDeniedAlways(const Context& context, const ToolPatterns& tools, const DomainEntry& except);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_DENIED_ALWAYS_H_
