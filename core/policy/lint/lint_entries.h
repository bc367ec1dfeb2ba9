// Warnings about entries, wherever they stand.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_ENTRIES_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_ENTRIES_H_

#include <string_view>
#include <vector>

#include "core/policy/lint/findings.h"

namespace callgate::policy {

// Those that are allowed.
void LintPaths(const std::vector<PathEntry>& entries, const Warn& warn);
// As far as some texts that differ show.
[[nodiscard]] bool AcceptsAnyText(const ArgumentPattern& pattern);
void LintPattern(std::string_view argument, const ArgumentPattern& pattern, const Warn& warn);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_ENTRIES_H_
