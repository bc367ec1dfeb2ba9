// Commands as words: splitting, quoting, and what no command may hold.
#ifndef CALLGATE_CORE_POLICY_VALUES_COMMAND_H_
#define CALLGATE_CORE_POLICY_VALUES_COMMAND_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/base/small_vector.h"
#include "core/base/text_arena.h"

namespace callgate::policy {

struct Word {
  std::string_view raw;   // as written: what entries and subcommands are compared with
  std::string_view text;  // without its quotes
  bool from_list;         // an element of a list, not cut from a string
};

using WordBuffer = base::SmallVector<Word, 16>;

// Appends the words of `text` and returns the rule that denies them; empty when none does. Quoted
// parts are accepted; their characters are judged. Unquoted forms are put in `arena`.
[[nodiscard]] std::string_view SplitCommand(std::string_view text, base::TextArena& arena,
                                            WordBuffer& words);
// The same for a list element, which must be one word.
[[nodiscard]] std::string_view SplitListWord(std::string_view text, base::TextArena& arena,
                                             WordBuffer& words);

// Appends a list element as it stands, as `exec: argv` starts it: anything but NUL, CR and LF.
[[nodiscard]] std::string_view TakeListWord(std::string_view text, WordBuffer& words);

// The offset of what SplitCommand refuses in `text`, or SplitListWord where it `is_word`: of a
// quote that is not closed, the quote. Nullopt where they refuse nothing, or no one character.
[[nodiscard]] std::optional<std::size_t> OffenceInCommand(std::string_view text, bool is_word);

// True for `NAME=…`, which a shell takes for a variable and not for a program.
[[nodiscard]] bool IsAssignment(std::string_view word) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_COMMAND_H_
