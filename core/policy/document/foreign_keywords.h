// Keywords of JSON Schema that are none here.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_FOREIGN_KEYWORDS_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_FOREIGN_KEYWORDS_H_

#include <string_view>

namespace callgate::policy {

// What to write instead; null for any other text.
const char* InsteadOf(std::string_view keyword) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_FOREIGN_KEYWORDS_H_
