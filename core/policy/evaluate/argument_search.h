// Which strings of a call are values of a class, paths or domains: by their key, or by their look.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_ARGUMENT_SEARCH_H_
#define CALLGATE_CORE_POLICY_EVALUATE_ARGUMENT_SEARCH_H_

#include <cstdint>
#include <string_view>

#include "core/policy/evaluate/arguments.h"
#include "core/policy/evaluate/command_texts.h"
#include "core/policy/values/argument_key.h"

namespace callgate::policy {

// Why a constraint refuses a call; no rule: it does not.
struct Fault {
  std::string_view rule;         // id of the rule in docs/policy.md
  std::uint32_t item = kNoItem;  // in the arguments; kNoItem: the call as a whole

  explicit operator bool() const noexcept { return !rule.empty(); }
};

// What is looked for.
struct ArgumentSearch {
  KeyClasses key_class;                                 // kPathKey or kDomainKey
  bool (*looks_like)(std::string_view value) noexcept;  // the value rule
  const KeyList& added;                                 // further keys of the class
  const KeyList& freed;
  const KeyList& commands;  // further command keys: the value rule is not for strings of commands
  bool exemptions;          // text keys and freed keys: false in deny lists

  bool InClass(const Item& item) const noexcept {
    return (item.classes & key_class) != 0 || Holds(added, item.folded);
  }

  // True for what stands under a text key alone: allowlists pass over it, and deny entries look
  // only at what is one path or URL from end to end.
  bool IsExempt(const Item& item) const noexcept {
    return !InClass(item) && (item.classes & kTextKey) != 0;
  }

  // Gives `judge` every string of the class, with its item, in order, and `judge_command` every
  // string of a command. Returns the first fault: one that these return, or a value that no key of
  // the class may hold.
  template <typename Judge, typename JudgeCommand>  // Fault(std::uint32_t item, std::string_view)
  Fault ForEach(const Arguments& arguments, Judge&& judge, JudgeCommand&& judge_command) const {
    const CommandTexts texts(arguments, commands);
    for (std::uint32_t i = 0; i < arguments.size(); ++i) {
      const Item& item = arguments[i];
      const bool in_class = InClass(item);
      if (item.value.is_string()) {
        const bool in_command = texts.Holds(i);
        const bool exempt = exemptions && ((!in_command && IsExempt(item)) ||
                                           Frees(freed, item.folded, item.classes));
        if (exempt) continue;
        if (in_class || (!in_command && looks_like(item.value.string()))) {
          if (const Fault fault = judge(i, item.value.string())) return fault;
        }
        if (in_command) {
          if (const Fault fault = judge_command(i, item.value.string())) return fault;
        }
      } else if (in_class) {
        if (const Fault fault = JudgeStructure(arguments, i)) return fault;
      }
    }
    return {};
  }

 private:
  // REQUIRES: the item's key is in the class and its value no string.
  Fault JudgeStructure(const Arguments& arguments, std::uint32_t i) const noexcept {
    const Item& item = arguments[i];
    if (item.value.is_object()) {
      for (std::uint32_t below = i + 1; below < item.end; ++below) {
        // An element of a list is in the class only where the list, met before it, is.
        if (!arguments[below].value.is_null() && InClass(arguments[below])) return {};
      }
      return {"key.object-needs-key", i};
    }
    if (item.is_member) return {};  // null, a list, or a scalar that is no value of the class
    return {item.value.is_null() ? "key.null-in-list" : "key.list", i};
  }
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_ARGUMENT_SEARCH_H_
