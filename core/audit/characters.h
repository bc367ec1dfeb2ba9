// Classes of the characters that secrets and their names are made of.
#ifndef CALLGATE_CORE_AUDIT_CHARACTERS_H_
#define CALLGATE_CORE_AUDIT_CHARACTERS_H_

#include <cstddef>
#include <string_view>

#include "core/base/ascii.h"

namespace callgate::audit {

constexpr bool IsAlnum(char c) noexcept { return base::IsAsciiDigit(c) || base::IsAsciiLetter(c); }
constexpr bool IsDashed(char c) noexcept { return IsAlnum(c) || c == '_' || c == '-'; }
constexpr bool IsSpace(char c) noexcept { return c == ' ' || ('\t' <= c && c <= '\r'); }
constexpr bool IsQuote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }

// How many characters at the beginning of `text` are of a class, counted up to `most`.
template <typename IsOfClass>
constexpr std::size_t Run(std::string_view text, std::size_t most, IsOfClass is) noexcept {
  std::size_t count = 0;
  while (count < text.size() && count < most && is(text[count])) ++count;
  return count;
}

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_CHARACTERS_H_
