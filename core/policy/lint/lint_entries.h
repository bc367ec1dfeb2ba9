// Warnings about entries, wherever they stand.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_ENTRIES_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_ENTRIES_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/policy/lint/lint_capability.h"

namespace callgate::policy {

// Those that are allowed.
void LintPaths(const std::vector<PathEntry>& entries, const Warn& warn);
// `program` is the first word of the entry.
void LintProgram(const std::string& program, std::string_view entry, const Warn& warn);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_ENTRIES_H_
