// Path arguments: which strings are paths, which of them are refused, and their normal form.
#ifndef CALLGATE_CORE_POLICY_VALUES_PATH_H_
#define CALLGATE_CORE_POLICY_VALUES_PATH_H_

#include <string_view>

#include "core/base/small_vector.h"

namespace callgate::policy {

using PathBuffer = base::SmallVector<char, 256>;

struct PathJudgement {
  std::string_view rule;  // that denies the argument whatever the allowlist; empty when none does
  bool is_normal;         // no rule does, and it is what Normalize would make of it
  bool is_plain = false;  // as of a NormalPath
};

// A path without empty and `.` segments and trailing slash: "/" or "/a/b".
struct NormalPath {
  std::string_view text;
  // Certainly printable ASCII in which nothing expands, so that no other form is to be judged.
  bool is_plain = false;
};

// A relative path is not refused here, and is never normal. What NFC makes of the argument is
// judged too.
[[nodiscard]] PathJudgement JudgePath(std::string_view argument);

inline bool IsAbsolutePath(std::string_view path) noexcept { return path.starts_with('/'); }

// A normal path, as what it may be without having been judged so.
[[nodiscard]] NormalPath AsNormal(std::string_view path) noexcept;

// `argument`, or `base` and `argument` where it is relative. May lie in `buffer`.
// REQUIRES: `judgement` is that of the argument and denies nothing; or the argument is absolute.
[[nodiscard]] NormalPath Normalize(std::string_view argument, const PathJudgement& judgement,
                                   NormalPath base, PathBuffer& buffer);

// One segment that a normal path may hold: judged like an argument's, neither empty nor `.`.
// REQUIRES: no slash in it.
[[nodiscard]] bool IsNormalSegment(std::string_view segment) noexcept;

// The value rule: a string under a key that says nothing which is yet taken for a path.
[[nodiscard]] bool LooksLikePath(std::string_view value) noexcept;
// The same but for a `..` segment further on.
[[nodiscard]] bool BeginsLikePath(std::string_view value) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_PATH_H_
