// What the operands and options of a declared command may hold.
#ifndef CALLGATE_CORE_POLICY_LINT_COMMAND_VALUES_H_
#define CALLGATE_CORE_POLICY_LINT_COMMAND_VALUES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/model/schema.h"

namespace callgate::policy {

using Texts = std::vector<std::string>;

// The strings that the schema lists, and no other passes; nullopt where others do.
[[nodiscard]] std::optional<Texts> ListedTexts(const Schema& schema);
// The schemas of the operands; they live as long as the rule.
[[nodiscard]] std::vector<const Schema*> OperandsOf(const CommandRule& rule);
// Each operand, and each value of an option, is one that the document lists.
[[nodiscard]] bool ListsAllValues(const CommandRule& rule);
[[nodiscard]] bool AcceptsText(const Schema& schema, std::string_view text);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_COMMAND_VALUES_H_
