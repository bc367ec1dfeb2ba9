#include "core/policy/evaluate/command_search.h"

namespace callgate::policy {
namespace {

// A string may name an environment, such as production, unless it assigns.
bool SetsEnvironment(json::Value value) noexcept {
  if (value.is_string()) return value.string().find('=') != std::string_view::npos;
  return (value.is_object() || value.is_array()) && value.size() != 0;
}

}  // namespace

// Keys of the four kinds are rare, so the items are passed over three times rather than sorted.
Fault CommandSearch::Find(const Arguments& arguments, base::TextArena& arena,
                          Commands& commands) const {
  constexpr KeyClasses kAll = kCommandKey | kArgsKey | kEnvKey | kShellKey;
  if (added.empty() && (arguments.classes() & kAll) == 0) return {};

  std::uint32_t command = kNoItem;  // whatever its value
  for (std::uint32_t i = 0; i < arguments.size(); ++i) {
    const Item& candidate = arguments[i];
    if (!candidate.is_member || candidate.value.is_null()) continue;
    if ((candidate.classes & kEnvKey) != 0 && SetsEnvironment(candidate.value)) {
      return {"command.env", i};
    }
    if ((candidate.classes & kShellKey) != 0 && candidate.value.kind() != json::Kind::kFalse) {
      return {"command.shell", i};
    }
    if (!IsCommand(candidate) || IsFreed(arguments, i)) continue;
    if (command != kNoItem) return {"command.one", i};
    command = i;
  }
  // A number or boolean counts as a second command, but is none by itself.
  if (command != kNoItem &&
      (arguments[command].value.is_number() || arguments[command].value.is_bool())) {
    command = kNoItem;
  }

  std::uint32_t args = kNoItem;
  for (std::uint32_t i = 0; i < arguments.size(); ++i) {
    const Item& candidate = arguments[i];
    if (!candidate.is_member || candidate.value.is_null()) continue;
    if ((candidate.classes & kArgsKey) == 0 || IsCommand(candidate)) continue;
    if (command == kNoItem || candidate.parent != arguments[command].parent) {
      return {"command.args-alone", i};
    }
    if (args != kNoItem) return {"command.args-one", i};
    args = i;
  }

  if (command == kNoItem) return {};
  const json::Value value = arguments[command].value;
  if (!value.is_string() && !value.is_array()) return {"command.value", command};
  if (value.is_array() && value.size() == 0) return {"command.empty", command};
  WordBuffer& words = commands.words;
  const bool is_several = value.is_array() && IsPluralCommandKey(arguments[command]);
  const auto rule = is_several ? TakeSeveral(arguments, command, arena, commands)
                               : TakeWords(arguments, command, arena, words);
  if (!rule.empty()) return {rule == "command.args-form" ? "command.value" : rule, command};
  if (args != kNoItem) {
    if (is_several) return {"command.several-args", args};
    if (const auto args_rule = TakeWords(arguments, args, arena, words); !args_rule.empty()) {
      return {args_rule, args};
    }
  }
  if (!is_several) commands.ends.Append(words.size());
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (IsAssignment(words[commands.BeginOf(i)].raw)) return {"command.assignment", command};
  }
  commands.item = command;
  return {};
}

bool CommandSearch::IsCommand(const Item& item) const noexcept {
  return (item.classes & kCommandKey) != 0 || Holds(added, item.folded);
}

// Freeing frees strings, alone or in a list: what else stands under the key is judged.
bool CommandSearch::IsFreed(const Arguments& arguments, std::uint32_t i) const noexcept {
  const Item& item = arguments[i];
  if (!Frees(freed, item.folded, item.classes) || item.value.is_object()) return false;
  for (std::uint32_t below = i + 1; below < item.end; ++below) {
    if (!arguments[below].value.is_string()) return false;
  }
  return true;
}

std::string_view CommandSearch::TakeSeveral(const Arguments& arguments, std::uint32_t i,
                                            base::TextArena& arena, Commands& commands) const {
  bool holds_space = false;
  for (std::uint32_t element = i + 1; element < arguments[i].end; ++element) {
    const json::Value value = arguments[element].value;
    if (!value.is_string()) return "command.value";
    holds_space = holds_space || value.string().find(' ') != std::string_view::npos;
    const std::string_view rule = SplitCommand(value.string(), arena, commands.words);
    if (!rule.empty()) return rule;
    commands.ends.Append(commands.words.size());
  }
  if (holds_space) return {};
  if (const auto rule = TakeWords(arguments, i, arena, commands.words); !rule.empty()) return rule;
  commands.ends.Append(commands.words.size());
  return {};
}

std::string_view CommandSearch::TakeWords(const Arguments& arguments, std::uint32_t i,
                                          base::TextArena& arena, WordBuffer& words) const {
  const Item& item = arguments[i];
  if (item.value.is_string()) return SplitCommand(item.value.string(), arena, words);
  if (!item.value.is_array()) return "command.args-form";
  for (std::uint32_t element = i + 1; element < item.end; ++element) {
    const json::Value value = arguments[element].value;
    if (!value.is_string()) return "command.args-form";
    const std::string_view rule = exec == Exec::kArgv ? TakeListWord(value.string(), words)
                                                      : SplitListWord(value.string(), arena, words);
    if (!rule.empty()) return rule;
  }
  return {};
}

}  // namespace callgate::policy
