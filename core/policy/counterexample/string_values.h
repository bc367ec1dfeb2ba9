// Strings that a schema of strings, with a kind or without, is likely to accept.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_STRING_VALUES_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_STRING_VALUES_H_

#include <string>
#include <vector>

#include "core/policy/counterexample/schema_values.h"

namespace callgate::policy {

// As texts, not JSON. REQUIRES: the schema accepts strings that it does not list.
std::vector<std::string> StringsOf(const Schema& schema, const Neighbours& neighbours);

// Texts that patterns are often written for, and the pattern itself, which may be plain text.
std::vector<std::string> LikelyMatches(const ArgumentPattern& pattern);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_STRING_VALUES_H_
