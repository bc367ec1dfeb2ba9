#include "core/policy/evaluate/command_texts.h"

#include "core/base/ascii.h"

namespace callgate::policy {

bool IsPluralCommandKey(const Item& item) noexcept {
  if ((item.classes & kCommandKey) == 0) return false;
  std::string_view key = item.folded;
  while (!base::IsAsciiLetter(key.back())) key.remove_suffix(1);
  return key.back() == 's';
}

CommandTexts::CommandTexts(const Arguments& arguments, const KeyList& added)
    : arguments_(arguments),
      added_(added),
      any_(!added.empty() || (arguments.classes() & kCommandKey) != 0) {
  if (!any_ || (arguments.classes() & kArgsKey) == 0) return;
  for (std::uint32_t i = 0; i <= arguments.size(); ++i) has_command_.Append(false);
  for (std::uint32_t i = 0; i < arguments.size(); ++i) {
    const Item& item = arguments[i];
    if (!item.is_member || item.value.is_null() || !IsCommand(item)) continue;
    has_command_[item.parent == kNoItem ? 0 : item.parent + 1] = true;
  }
}

bool CommandTexts::Holds(std::uint32_t item) const noexcept {
  if (!any_) return false;
  if (IsCommand(arguments_[item])) return true;
  if ((arguments_[item].classes & kArgsKey) == 0) return false;
  while (!arguments_[item].is_member) item = arguments_[item].parent;
  const std::uint32_t object = arguments_[item].parent;
  return has_command_[object == kNoItem ? 0 : object + 1];
}

bool CommandTexts::IsCommand(const Item& item) const noexcept {
  return (item.classes & kCommandKey) != 0 || policy::Holds(added_, item.folded);
}

}  // namespace callgate::policy
