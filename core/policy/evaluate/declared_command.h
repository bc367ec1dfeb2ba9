// Declared commands: whether one entry of a command kind accepts argv alone, and what an entry
// takes the words of argv for.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_DECLARED_COMMAND_H_
#define CALLGATE_CORE_POLICY_EVALUATE_DECLARED_COMMAND_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "callgate/json.h"
#include "core/policy/model/schema.h"
#include "core/policy/values/command.h"

namespace callgate::policy {

// Judges an operand or the value of an option: the rule that refuses it; empty where none does.
// Views the function that it was made from.
class StringJudge {
 public:
  template <typename Function>           // std::string_view(const Schema&, std::string_view value)
  StringJudge(const Function& function)  // NOLINT(google-explicit-constructor)
      : function_(&function),
        call_([](const void* it, const Schema& schema, std::string_view value) {
          return std::string_view((*static_cast<const Function*>(it))(schema, value));
        }) {}

  std::string_view operator()(const Schema& schema, std::string_view value) const {
    return call_(function_, schema, value);
  }

 private:
  const void* function_;
  std::string_view (*call_)(const void*, const Schema&, std::string_view);
};

// Appends argv: the words of the command, then those of the sibling that continues it, if any;
// lists as `exec` starts them. The rule that denies them whatever is allowed; empty where none
// does. The texts live in `command`, `args` and `arena`.
[[nodiscard]] std::string_view TakeDeclaredWords(Exec exec, json::Value command,
                                                 std::optional<json::Value> args,
                                                 base::TextArena& arena, WordBuffer& words);

// The rule by which the entry that got furthest refuses argv; empty where an entry accepts it.
// REQUIRES: TakeDeclaredWords gave the words as the kind starts them, and no rule.
[[nodiscard]] std::string_view JudgeDeclaredWords(const CommandKind& kind, const WordBuffer& words,
                                                  const StringJudge& judge);

// The rule that denies a declared command; empty where none does.
[[nodiscard]] std::string_view JudgeDeclaredCommand(const CommandKind& kind, json::Value command,
                                                    std::optional<json::Value> args,
                                                    const StringJudge& judge);

// What one entry takes the words for, one by one. Every word is read in one way only.
class CommandReading {
 public:
  // What one word, or an option with the word after it, is.
  struct Step {
    std::string_view rule;           // that refuses it whatever its value; empty where none does
    const Schema* schema = nullptr;  // that `value` is judged by; null where any is accepted
    std::string_view value;          // of an option, or the operand
  };

  // `words` must outlive this.
  CommandReading(const CommandRule& rule, const WordBuffer& words) noexcept
      : rule_(rule), words_(words) {}

  // Reads the words of the entry and of its `then`. The rule that refuses them; empty where none
  // does.
  [[nodiscard]] std::string_view Begin() noexcept;
  // REQUIRES: Begin() refused nothing.
  bool done() const noexcept { return at_ == words_.size(); }
  // REQUIRES: !done(), and no step was refused.
  Step Next() noexcept;
  // The rule that refuses argv as too short; empty where none does. REQUIRES: done().
  [[nodiscard]] std::string_view End() const noexcept;
  // Words that were read.
  std::size_t at() const noexcept { return at_; }

 private:
  Step ReadOption(std::string_view word) noexcept;
  Step ReadOperand(std::string_view word) noexcept;

  const CommandRule& rule_;
  const WordBuffer& words_;
  std::size_t at_ = 0;
  std::uint32_t operands_ = 0;
  bool after_dashes_ = false;
};

// The entry can tell all words apart, whatever their schemas say of them.
[[nodiscard]] bool CanRead(const CommandRule& rule, const WordBuffer& words) noexcept;

// Gives `visit` each operand and each value of an option with its schema, as every entry that can
// tell the words apart takes them: what deny entries see as declared.
template <typename Visit>  // void(const Schema&, std::string_view value)
void ForEachDeclaredWord(const CommandKind& kind, const WordBuffer& words, Visit&& visit) {
  for (const CommandRule& rule : kind.allow) {
    if (!CanRead(rule, words)) continue;
    CommandReading reading(rule, words);
    (void)reading.Begin();
    while (!reading.done()) {
      const CommandReading::Step step = reading.Next();
      if (step.schema != nullptr) visit(*step.schema, step.value);
    }
  }
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_DECLARED_COMMAND_H_
