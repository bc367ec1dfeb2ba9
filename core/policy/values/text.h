// Characters that the rules for paths, domains and commands name. All text is valid UTF-8.
#ifndef CALLGATE_CORE_POLICY_VALUES_TEXT_H_
#define CALLGATE_CORE_POLICY_VALUES_TEXT_H_

#include <cstddef>
#include <string_view>

#include "core/base/ascii.h"

namespace callgate::policy {

// Bytes of the white space character (Unicode White_Space, U+001C-1F, U+FEFF) that `text` begins
// with, else 0.
[[nodiscard]] std::size_t WhiteSpaceAt(std::string_view text) noexcept;
std::string_view WithoutLeadingWhiteSpace(std::string_view text) noexcept;
std::string_view WithoutOuterWhiteSpace(std::string_view text) noexcept;
[[nodiscard]] bool EndsInWhiteSpace(std::string_view text) noexcept;

// The character that begins at `i` is U+0000-1F or U+007F-9F.
[[nodiscard]] inline bool IsControlAt(std::string_view text, std::size_t i) noexcept {
  const char c = text[i];
  if (base::IsAsciiControl(c)) return true;
  return c == '\xC2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
}
// Some character is one of those.
[[nodiscard]] bool HoldsControl(std::string_view text) noexcept;
// Some character is white space as above.
[[nodiscard]] bool HoldsWhiteSpace(std::string_view text) noexcept;

// A string as URL parsers read it: without the white space and control characters that it begins
// with, without any tab or end of line, and with slashes for backslashes.
class UrlReader {
 public:
  explicit UrlReader(std::string_view text) noexcept;
  // What is left of `text` from `at` on, within it.
  static UrlReader After(std::string_view text, std::size_t at) noexcept {
    UrlReader reader;
    reader.rest_ = text.substr(at);
    return reader;
  }

  // The next character into `c`; false at the end.
  bool Take(char& c) noexcept {
    while (!rest_.empty()) {
      c = rest_.front() == '\\' ? '/' : rest_.front();
      rest_.remove_prefix(1);
      if (!IsSkipped(c)) return true;
    }
    return false;
  }
  // The next character is `c`, and is taken.
  bool TakeIf(char c) noexcept {
    UrlReader ahead = *this;
    char next = 0;
    if (!ahead.Take(next) || next != c) return false;
    *this = ahead;
    return true;
  }
  bool AtEnd() noexcept {
    char c = 0;
    return !UrlReader(*this).Take(c);
  }
  // The next are the scheme `name`, which is lower-case, in any case, and a colon, and are taken.
  bool TakeScheme(std::string_view name) noexcept;
  // The same of any scheme.
  bool TakeAnyScheme() noexcept;

  static constexpr bool IsSkipped(char c) noexcept { return c == '\t' || c == '\n' || c == '\r'; }

 private:
  UrlReader() noexcept = default;

  std::string_view rest_;
};

// Length of the `[A-Za-z][A-Za-z0-9+.-]*` before the colon that ends a scheme; 0 without one.
[[nodiscard]] std::size_t SchemeLength(std::string_view text) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_TEXT_H_
