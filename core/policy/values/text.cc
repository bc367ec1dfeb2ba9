#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

bool IsSchemeCharacter(char c) noexcept {
  return base::IsAsciiLetter(c) || base::IsAsciiDigit(c) || c == '+' || c == '.' || c == '-';
}

}  // namespace

std::size_t WhiteSpaceAt(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  switch (byte(0)) {
    case ' ':
    case '\t':
    case '\n':
    case '\v':
    case '\f':
    case '\r':
    case 0x1C:
    case 0x1D:
    case 0x1E:
    case 0x1F:
      return 1;
    case 0xC2:  // U+0085, U+00A0
      return byte(1) == 0x85 || byte(1) == 0xA0 ? 2 : 0;
    case 0xE1:  // U+1680
      return byte(1) == 0x9A && byte(2) == 0x80 ? 3 : 0;
    case 0xE2:
      if (byte(1) == 0x80) {  // U+2000-200A, 2028, 2029, 202F
        const unsigned last = byte(2);
        return (last >= 0x80 && last <= 0x8A) || last == 0xA8 || last == 0xA9 || last == 0xAF ? 3
                                                                                              : 0;
      }
      return byte(1) == 0x81 && byte(2) == 0x9F ? 3 : 0;  // U+205F
    case 0xE3:                                            // U+3000
      return byte(1) == 0x80 && byte(2) == 0x80 ? 3 : 0;
    case 0xEF:  // U+FEFF
      return byte(1) == 0xBB && byte(2) == 0xBF ? 3 : 0;
    default:
      return 0;
  }
}

std::string_view WithoutLeadingWhiteSpace(std::string_view text) noexcept {
  while (const std::size_t size = WhiteSpaceAt(text)) text.remove_prefix(size);
  return text;
}

namespace {

// Bytes of the white space character that `text` ends with, else 0.
std::size_t WhiteSpaceBeforeEnd(std::string_view text) noexcept {
  for (std::size_t size = 1; size <= 3 && size <= text.size(); ++size) {
    if (WhiteSpaceAt(text.substr(text.size() - size)) == size) return size;
  }
  return 0;
}

}  // namespace

bool EndsInWhiteSpace(std::string_view text) noexcept { return WhiteSpaceBeforeEnd(text) != 0; }

std::string_view WithoutOuterWhiteSpace(std::string_view text) noexcept {
  text = WithoutLeadingWhiteSpace(text);
  while (const std::size_t size = WhiteSpaceBeforeEnd(text)) text.remove_suffix(size);
  return text;
}

bool HoldsControl(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (IsControlAt(text, i)) return true;
  }
  return false;
}

bool HoldsWhiteSpace(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (WhiteSpaceAt(text.substr(i)) != 0) return true;
  }
  return false;
}

UrlReader::UrlReader(std::string_view text) noexcept : rest_(text) {
  while (!rest_.empty()) {
    std::size_t size = WhiteSpaceAt(rest_);
    if (size == 0 && IsControlAt(rest_, 0)) size = base::IsAsciiControl(rest_.front()) ? 1 : 2;
    if (size == 0) return;
    rest_.remove_prefix(size);
  }
}

bool UrlReader::TakeScheme(std::string_view name) noexcept {
  UrlReader ahead = *this;
  char c = 0;
  for (const char expected : name) {
    if (!ahead.Take(c) || base::ToAsciiLower(c) != expected) return false;
  }
  if (!ahead.TakeIf(':')) return false;
  *this = ahead;
  return true;
}

bool UrlReader::TakeAnyScheme() noexcept {
  UrlReader ahead = *this;
  char c = 0;
  if (!ahead.Take(c) || !base::IsAsciiLetter(c)) return false;
  while (ahead.Take(c)) {
    if (c == ':') {
      *this = ahead;
      return true;
    }
    if (!IsSchemeCharacter(c)) return false;
  }
  return false;
}

std::size_t SchemeLength(std::string_view text) noexcept {
  if (text.empty() || !base::IsAsciiLetter(text.front())) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ':') return i;
    if (!IsSchemeCharacter(c)) return 0;
  }
  return 0;
}

}  // namespace callgate::policy
