// Classes of ASCII characters, and words without case.
#ifndef CALLGATE_CORE_AUDIT_CHARACTERS_H_
#define CALLGATE_CORE_AUDIT_CHARACTERS_H_

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace callgate::audit {

constexpr bool IsDigit(char c) noexcept { return '0' <= c && c <= '9'; }
constexpr bool IsCapital(char c) noexcept { return 'A' <= c && c <= 'Z'; }
constexpr bool IsAlnum(char c) noexcept {
  return IsDigit(c) || IsCapital(c) || ('a' <= c && c <= 'z');
}
constexpr bool IsDashed(char c) noexcept { return IsAlnum(c) || c == '_' || c == '-'; }
constexpr bool IsSpace(char c) noexcept { return c == ' ' || ('\t' <= c && c <= '\r'); }
constexpr bool IsQuote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }

constexpr char Lower(char c) noexcept { return IsCapital(c) ? static_cast<char>(c + 32) : c; }

// `lower` is in lower case.
constexpr bool BeginsWith(std::string_view text, std::string_view lower) noexcept {
  return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(),
                                                   [](char a, char b) { return a == Lower(b); });
}
constexpr bool IsWord(std::string_view text, std::string_view lower) noexcept {
  return text.size() == lower.size() && BeginsWith(text, lower);
}

// How many characters at the beginning of `text` are of a class, counted up to `most`.
template <typename IsOfClass>
constexpr std::size_t Run(std::string_view text, std::size_t most, IsOfClass is) noexcept {
  std::size_t count = 0;
  while (count < text.size() && count < most && is(text[count])) ++count;
  return count;
}

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_CHARACTERS_H_
