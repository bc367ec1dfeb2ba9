// Values that a text sets under a name: "X-Api-Key: …", "password=…", "--token …".
#ifndef CALLGATE_CORE_AUDIT_ASSIGNMENT_H_
#define CALLGATE_CORE_AUDIT_ASSIGNMENT_H_

#include <cstddef>
#include <string_view>

namespace callgate::audit {

// Whether the colon or equals sign at `at` gives a secret name a value.
[[nodiscard]] bool AssignsSecret(std::string_view text, std::size_t at);
// Whether the bracket at `at` ends the opening tag of a secret name, which a value and a closing
// tag follow.
[[nodiscard]] bool IsSecretElement(std::string_view text, std::size_t at);
// Whether the word at `at`, behind two hyphens, is a secret name with a value after a space.
[[nodiscard]] bool IsSecretFlag(std::string_view text, std::size_t at);
// Whether `text` begins with a value that is one, and not a place for it: not "<token>",
// "${TOKEN}", "string" or nothing.
[[nodiscard]] bool BeginsWithValue(std::string_view text);

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_ASSIGNMENT_H_
