// Whether one schema accepts every value that another does, keyword by keyword.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_SCHEMA_SUBSUMPTION_H_
#define CALLGATE_CORE_POLICY_INCLUSION_SCHEMA_SUBSUMPTION_H_

#include <optional>
#include <string>

#include "core/policy/inclusion/schema_constants.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// The first place where `outer` is not certain to accept what `inner` does.
struct SchemaGap {
  std::string place;    // the names down to it, `files.items`; empty for the whole
  std::string keyword;  // as documents write it
  std::string entry;    // of a list, as text, or what both say, "2 (parent: 1)"; empty without
};

// Nullopt: `outer` accepts every object of arguments that `inner` accepts. Exact but for patterns,
// which are compared as texts, and for what several branches of an `anyOf` accept together.
std::optional<SchemaGap> FindGap(const DeclaredArguments& outer, const DeclaredArguments& inner);

// The same of two schemas of arguments in `scope`.
std::optional<SchemaGap> FindGap(const Schema& outer, const Schema& inner, const Scope& scope);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_SCHEMA_SUBSUMPTION_H_
