// Policy texts and files to contexts.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_READ_POLICY_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_READ_POLICY_H_

#include <string>
#include <string_view>
#include <vector>

#include "callgate/limits.h"
#include "callgate/result.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// Appends the contexts of `text`. INVALID_POLICY, and then `contexts` is not to be used.
Result<void> ReadPolicy(std::string_view text, std::string_view filename, const Limits& limits,
                        std::vector<Context>& contexts);
// The same for a file, or for the policy files of a directory in the order of their names.
Result<void> ReadPolicyFiles(const std::string& path, const Limits& limits,
                             std::vector<Context>& contexts);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_READ_POLICY_H_
