// Entries of an `except`: those of a schema, and those that deny a call.
#ifndef CALLGATE_CORE_POLICY_COVERAGE_EXCEPT_ENTRIES_H_
#define CALLGATE_CORE_POLICY_COVERAGE_EXCEPT_ENTRIES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/evaluate/arguments.h"
#include "core/policy/evaluate/evaluate.h"
#include "core/policy/model/context.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// Named by the schema that holds it: what a definition excepts is the same for all that use it.
struct ExceptEntry {
  const Schema* schema;
  std::size_t position;  // in its list, from 0
};

// As written, in their order; without those of schemas within `schema`.
std::vector<std::string> ExceptTextsOf(const Schema& schema);
// "path", "url" or "host". REQUIRES: the schema is of that kind.
[[nodiscard]] std::string_view ExceptKindOf(const Schema& schema) noexcept;

// Of the value for which a capability refuses the call, the first entry that matches: one for each
// branch of an anyOf, and for each entry of a command, that refuses it for an `except`. Each is
// given once. REQUIRES: `verdict` is that of the call.
std::vector<ExceptEntry> ExceptEntriesThatDeny(const Context& context, const Verdict& verdict,
                                               const Arguments& arguments);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COVERAGE_EXCEPT_ENTRIES_H_
