// Letters without case, accents and styles, so that a word is found however it is spelt.
#ifndef CALLGATE_CORE_AUDIT_FOLD_H_
#define CALLGATE_CORE_AUDIT_FOLD_H_

#include <string>
#include <string_view>

namespace callgate::audit {

// Of a key, or of a pattern for keys: also without hyphens, underscores, dots, spaces and what is
// not seen. Folds Latin, Greek, Cyrillic and Armenian letters, and letters and digits in full width
// or of mathematics. `text` is UTF-8.
std::string FoldKey(std::string_view text);

// Of a text: only letters that stand for those of ASCII become these, all else stays.
std::string FoldText(std::string_view text);
// True when FoldText may change more than nothing.
[[nodiscard]] bool HasFoldedLetters(std::string_view text) noexcept;

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_FOLD_H_
