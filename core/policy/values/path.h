// Path arguments: which strings are paths, which of them are refused, and their normal form.
#ifndef CALLGATE_CORE_POLICY_VALUES_PATH_H_
#define CALLGATE_CORE_POLICY_VALUES_PATH_H_

#include <string_view>

#include "core/base/small_vector.h"

namespace callgate::policy {

using PathBuffer = base::SmallVector<char, 256>;

struct PathJudgement {
  std::string_view rule;  // that denies the argument whatever the allowlist; empty when none does
  bool is_normal;         // no rule does, and it is what NormalizePath would make of it
};

// A relative path is not refused here, and is never normal. What NFC makes of the argument is
// judged too.
[[nodiscard]] PathJudgement JudgePath(std::string_view argument);

inline bool IsAbsolutePath(std::string_view path) noexcept { return path.starts_with('/'); }

// `argument`, or `base` and `argument` where it is relative, without empty and `.` segments and
// trailing slash: "/" or "/a/b", in `buffer`.
// REQUIRES: no rule denies the argument; `base` is normal, or the argument is absolute.
std::string_view NormalizePath(std::string_view argument, std::string_view base,
                               PathBuffer& buffer);

// One segment that a normal path may hold: judged like an argument's, neither empty nor `.`.
// REQUIRES: no slash in it.
[[nodiscard]] bool IsNormalSegment(std::string_view segment) noexcept;

// The value rule: a string under a key that says nothing which is yet taken for a path.
[[nodiscard]] bool LooksLikePath(std::string_view value) noexcept;
// The same but for a `..` segment further on.
[[nodiscard]] bool BeginsLikePath(std::string_view value) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_PATH_H_
