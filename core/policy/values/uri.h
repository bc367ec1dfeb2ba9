// URIs as RFC 3986 writes them, compared byte for byte: no two spellings of one resource pass.
#ifndef CALLGATE_CORE_POLICY_VALUES_URI_H_
#define CALLGATE_CORE_POLICY_VALUES_URI_H_

#include <string_view>

#include "core/policy/values/path.h"

namespace callgate::policy {

// The parts of a URI, views of it.
struct Uri {
  std::string_view scheme;  // as written, without its colon
  bool has_authority = false;
  std::string_view authority;  // between `//` and the path
  std::string_view path;
};

// The rule that denies `value` whatever is allowed; empty when it is a URI, then in `out`.
[[nodiscard]] std::string_view JudgeUri(std::string_view value, Uri& out) noexcept;

// The parts of whatever begins with a scheme, as clients that ask no more find them; false without
// a scheme.
[[nodiscard]] bool SplitUri(std::string_view value, Uri& out) noexcept;
// The path of a `file:` URI, escapes decoded and backslashes as slashes, in `buffer`; false for
// another scheme.
[[nodiscard]] bool ReadFilePath(const Uri& uri, PathBuffer& buffer, std::string_view& path);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_URI_H_
