// Globs under keys such as `glob` and `include`, as deny entries for paths read them.
#ifndef CALLGATE_CORE_POLICY_VALUES_GLOB_H_
#define CALLGATE_CORE_POLICY_VALUES_GLOB_H_

#include <string_view>

namespace callgate::policy {

// True for a value that begins with `/`, `~` or a drive or has a `..` segment, stands on one line,
// and holds nothing that a regular expression has and paths hardly do: \ ( ) | + ^ $ and `.*`.
[[nodiscard]] bool IsGlob(std::string_view value) noexcept;

// The whole segments before the first wildcard, all of them where there is none. Empty for what
// begins with no slash, or climbs: it could lie anywhere.
// REQUIRES: IsGlob(glob).
std::string_view GlobDirectory(std::string_view glob) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_GLOB_H_
