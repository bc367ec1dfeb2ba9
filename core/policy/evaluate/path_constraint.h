// path_allowlist and base_directory: every path of a call must be allowed.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_PATH_CONSTRAINT_H_
#define CALLGATE_CORE_POLICY_EVALUATE_PATH_CONSTRAINT_H_

#include "core/policy/evaluate/argument_search.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// REQUIRES: capability.path_allowlist.
[[nodiscard]] Fault JudgePaths(const Capability& capability, const Arguments& arguments);
// One path by itself; the rule that denies it.
[[nodiscard]] std::string_view JudgeOnePath(const Capability& capability, std::string_view path);
// The rule that denies a piece of a word of a command as a path; empty when none does.
[[nodiscard]] std::string_view JudgePathWord(const Capability& capability, std::string_view word);

// Pieces of one word that are judged as paths; further ones deny.
inline constexpr int kMaxPathsInWord = 16;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_PATH_CONSTRAINT_H_
