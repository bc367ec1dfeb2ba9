// What schemas say under a keyword, as text, for reasons.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_KEYWORD_TEXT_H_
#define CALLGATE_CORE_POLICY_INCLUSION_KEYWORD_TEXT_H_

#include <string>
#include <string_view>

#include "core/policy/inclusion/schema_constants.h"

namespace callgate::policy {

// "200 (parent: 100)".
std::string BothTexts(const std::string& inner, const std::string& outer);
// The same of a keyword: what `inner` says, and what `outer` does; "none" where one says nothing.
// Of a bound that `inner` writes in the other way, that one: "exclusiveMinimum 0 (parent: 1)".
// Empty for keywords whose values are schemas or whole kinds.
std::string BothTexts(std::string_view keyword, const Schema& outer, const Schema& inner);

std::string TextOf(const Listed& value);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_KEYWORD_TEXT_H_
