// Names that no entry holds: what the entries say of such a name, they say of anything else.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_FRESH_NAMES_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_FRESH_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/policy/model/domain_entry.h"
#include "core/policy/model/path_entry.h"

namespace callgate::policy {

// A segment of a path that is neither written in an entry nor so named by one, as its name at any
// depth; `wanted` where that is such.
std::string FreshSegment(const std::vector<const PathEntry*>& entries, std::string_view wanted);
// A label that no host of an entry begins with; `wanted` where that is such.
std::string FreshLabel(const std::vector<const DomainEntry*>& entries, std::string_view wanted);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_FRESH_NAMES_H_
