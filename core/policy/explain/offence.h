// Where in a string the character stands that a rule refuses.
#ifndef CALLGATE_CORE_POLICY_EXPLAIN_OFFENCE_H_
#define CALLGATE_CORE_POLICY_EXPLAIN_OFFENCE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace callgate::policy {

// The offset in bytes of the character or segment that `rule` refuses in `text`, which it does;
// nullopt where the rule refuses the text as a whole.
std::optional<std::size_t> OffenceIn(std::string_view rule, std::string_view text);

// " at character 12 (;)", counted from 1; for a segment, the segment. Nothing where there is no
// such place.
std::string PlaceOfOffence(std::string_view rule, std::string_view text);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EXPLAIN_OFFENCE_H_
