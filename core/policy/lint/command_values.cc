#include "core/policy/lint/command_values.h"

#include <algorithm>

#include "core/policy/inclusion/schema_constants.h"

namespace callgate::policy {

std::optional<Texts> ListedTexts(const Schema& schema) {
  Texts texts;
  if (!schema.any_of.empty()) {
    for (const SchemaPtr& branch : schema.any_of) {
      const auto listed = ListedTexts(*branch);
      if (!listed) return std::nullopt;
      texts.insert(texts.end(), listed->begin(), listed->end());
    }
    return texts;
  }
  if (!schema.constants) return std::nullopt;
  for (const Constant& constant : *schema.constants) {
    if (const auto* text = std::get_if<std::string>(&constant)) texts.push_back(*text);
  }
  return texts;
}

std::vector<const Schema*> OperandsOf(const CommandRule& rule) {
  std::vector<const Schema*> operands;
  if (rule.operand != nullptr) operands.push_back(rule.operand.get());
  for (const SchemaPtr& operand : rule.operands_by_place) operands.push_back(operand.get());
  return operands;
}

bool ListsAllValues(const CommandRule& rule) {
  const auto is_listed = [](const Schema* schema) {
    return schema != nullptr && ListedTexts(*schema).has_value();
  };
  return std::ranges::all_of(OperandsOf(rule), is_listed) &&
         std::ranges::all_of(rule.options, [&](const CommandOption& option) {
           return option.shape == CommandOption::Shape::kFlag || is_listed(option.value.get());
         });
}

bool AcceptsText(const Schema& schema, std::string_view text) {
  const DeclaredArguments none;
  return FindRefusal(schema, {std::string(text)}, {none, none}).empty();
}

}  // namespace callgate::policy
