// Names below which anyone may have hosts.
#ifndef CALLGATE_CORE_POLICY_LINT_PUBLIC_SUFFIX_H_
#define CALLGATE_CORE_POLICY_LINT_PUBLIC_SUFFIX_H_

#include <string_view>

namespace callgate::policy {

// Anyone may have a host directly below `host`, which is lower-case (`com`, `co.uk`, `github.io`),
// or below a name that lies below it (`amazonaws.com`, for `s3.amazonaws.com`). Knows the suffixes
// of public_suffixes.inc, and takes every other top-level domain for one.
[[nodiscard]] bool IsOpenToAnyone(std::string_view host);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_PUBLIC_SUFFIX_H_
