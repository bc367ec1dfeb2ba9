// Whether one string is a path, URL, host or URI that a kind allows.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_KIND_CHECK_H_
#define CALLGATE_CORE_POLICY_EVALUATE_KIND_CHECK_H_

#include <string_view>

#include "core/policy/evaluate/call_paths.h"
#include "core/policy/model/schema.h"
#include "core/policy/values/domain.h"

namespace callgate::policy {

// Each returns the rule that refuses the value; empty when none does.
//
// REQUIRES: `judgement` is that of the value.
[[nodiscard]] std::string_view JudgePathKind(const PathKind& kind, std::string_view value,
                                             const PathJudgement& judgement, CallPaths& paths);
// The same of a path that no rule denies by itself, joined to its base.
[[nodiscard]] std::string_view JudgeNormalPath(const PathKind& kind, NormalPath path);
[[nodiscard]] std::string_view JudgeHostKind(const HostKind& kind, std::string_view value) noexcept;
[[nodiscard]] std::string_view JudgeUriKind(const UriKind& kind, std::string_view value);

// What the form of the kind refuses, whatever it allows: a URL needs one of the schemes, a host
// has none. REQUIRES of `out` what ParseDomain does.
[[nodiscard]] std::string_view ReadHostKind(const HostKind& kind, std::string_view value,
                                            Domain& out) noexcept;

// Every string that an anyOf takes is a path: what is none is refused by each branch.
[[nodiscard]] bool TakesOnlyPaths(const Schema& any_of) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_KIND_CHECK_H_
