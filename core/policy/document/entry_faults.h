// Why a text is no entry of an allow or deny list, and what to write instead.
#ifndef CALLGATE_CORE_POLICY_DOCUMENT_ENTRY_FAULTS_H_
#define CALLGATE_CORE_POLICY_DOCUMENT_ENTRY_FAULTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/policy/document/form_reader.h"

namespace callgate::policy {

// What an entry was refused for.
struct EntryFault {
  std::string_view rule;  // id of the rule in docs/policy.md; static
  std::string message;    // what was expected
};

// One sort of entry: what its texts are in general, and why one of them is none.
struct EntryForm {
  const char* expected;
  EntryFault (*why)(std::string_view text);
};

extern const EntryForm kAllowedPath;
extern const EntryForm kDeniedPath;
extern const EntryForm kDirectory;
extern const EntryForm kAllowedDomain;
extern const EntryForm kDeniedDomain;
extern const EntryForm kCommandText;

// Keeps the fault of a string that is no entry of that form. Always false.
inline bool FailEntry(FormReader& forms, std::uint32_t node, const EntryForm& form) {
  EntryFault fault = form.why(forms[node].text);
  return forms.Fail(node, fault.rule, std::move(fault.message));
}

// Behind what a tool pattern is in general: what is wrong with this one; may be empty.
std::string WhyNoToolPattern(std::string_view text);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_DOCUMENT_ENTRY_FAULTS_H_
