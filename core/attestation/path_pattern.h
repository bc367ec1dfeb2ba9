#ifndef CALLGATE_CORE_ATTESTATION_PATH_PATTERN_H_
#define CALLGATE_CORE_ATTESTATION_PATH_PATTERN_H_

#include <string_view>

namespace callgate::attestation {

// A slash, and segments of the characters of SPIFFE IDs and `*`, none of them empty.
[[nodiscard]] bool IsPathPattern(std::string_view pattern) noexcept;

// Whether the whole of `path` matches: `*` is any text within a segment, a segment `**` any number
// of segments. Both begin with a slash. Takes at most the product of both sizes, without recursion.
[[nodiscard]] bool MatchesPath(std::string_view pattern, std::string_view path) noexcept;

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_PATH_PATTERN_H_
