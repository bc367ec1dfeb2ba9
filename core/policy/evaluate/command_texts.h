// Which strings of a call are of commands, and the words of these that may hold paths and URLs.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_COMMAND_TEXTS_H_
#define CALLGATE_CORE_POLICY_EVALUATE_COMMAND_TEXTS_H_

#include <cstdint>
#include <string_view>

#include "core/policy/evaluate/arguments.h"
#include "core/policy/model/schema.h"
#include "core/policy/values/command_word.h"

namespace callgate::policy {

// A list under the key is several commands: its name alone says so.
[[nodiscard]] bool IsPluralCommandKey(const Item& item) noexcept;

// The strings under a command key, and those under a key of arguments that stands beside one.
class CommandTexts {
 public:
  // `added` are further command keys. Both must outlive this.
  CommandTexts(const Arguments& arguments, const KeyList& added);

  bool Holds(std::uint32_t item) const noexcept;

 private:
  bool IsCommand(const Item& item) const noexcept;

  const Arguments& arguments_;
  const KeyList& added_;
  bool any_;
  base::SmallVector<bool, 32> has_command_;  // by the item of an object, one later than it
};

// How the elements of lists are read.
enum class ListReading : std::uint8_t {
  kUnquoted,  // each is one word, without its quotes
  kLiteral,   // each is one word as it stands
  kBoth,      // as either, and cut like a text: a server may join them
};

// As a capability starts them.
constexpr ListReading ReadingOf(Exec exec) noexcept {
  return exec == Exec::kArgv ? ListReading::kLiteral : ListReading::kUnquoted;
}

// Gives `visit` the words of a string of a command until it returns a fault.
template <typename Visit>  // Fault(std::string_view word)
auto ForEachCommandWord(const Item& item, ListReading reading, base::TextArena& arena,
                        Visit&& visit) -> decltype(visit(std::string_view())) {
  const std::string_view text = item.value.string();
  if (!item.is_member) {
    const bool is_several = IsSeveralWords(text);
    const bool is_text = IsPluralCommandKey(item) && text.find(' ') != std::string_view::npos;
    const bool is_both = reading == ListReading::kBoth;
    if (!is_several || is_both || (reading == ListReading::kLiteral && !is_text)) {
      if (const auto fault = visit(text)) return fault;
    }
    if (!is_several) return {};
    if (is_both || (reading == ListReading::kUnquoted && !is_text)) {
      if (const auto fault = visit(WithoutQuotes(text, arena))) return fault;
    }
    if (!is_both && !is_text) return {};
  }
  LooseWords words(text, arena);
  for (std::string_view word; words.Next(word);) {
    if (const auto fault = visit(word)) return fault;
  }
  return {};
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_COMMAND_TEXTS_H_
