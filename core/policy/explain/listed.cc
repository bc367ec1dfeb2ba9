#include "core/policy/explain/listed.h"

namespace callgate::policy {

std::string TextOf(const Constant& constant) {
  if (const auto* text = std::get_if<std::string>(&constant)) return *text;
  if (const auto* number = std::get_if<JsonNumber>(&constant)) return number->text;
  return std::get<bool>(constant) ? "true" : "false";
}

std::string TextOf(const CommandRule& rule) {
  std::string text;
  for (const std::string& word : rule.words) text += (text.empty() ? "" : " ") + word;
  if (!rule.then) return text;
  text += ' ';
  for (std::size_t i = 0; i < rule.then->size(); ++i) text += (i == 0 ? "" : "|") + (*rule.then)[i];
  return text;
}

std::string TextOf(const CommandOption& option) {
  switch (option.shape) {
    case CommandOption::Shape::kFlag:
      return option.name;
    case CommandOption::Shape::kAttached:
      return option.name + "VALUE";
    case CommandOption::Shape::kNextWord:
      return option.name + " VALUE";
  }
  return option.name;
}

}  // namespace callgate::policy
