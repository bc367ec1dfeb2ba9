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

// Of a text: letters and spaces that stand for those of ASCII become these, what is not seen goes,
// all else stays.
std::string FoldText(std::string_view text);
// The first bytes of all that FoldText changes.
inline constexpr unsigned char kFoldedBeginnings[] = {0xC2, 0xC4, 0xC5, 0xE2, 0xEF, 0xF0};

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_FOLD_H_
