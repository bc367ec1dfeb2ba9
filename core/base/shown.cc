#include "core/base/shown.h"

#include <algorithm>
#include <cstdint>

#include "callgate/hidden_characters.h"

namespace callgate::base {
namespace {

struct Decoded {
  std::uint32_t code = 0;
  std::size_t size = 0;  // 0 where the text does not begin with a character of UTF-8
};

Decoded DecodeFirst(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : 4;
  if (size == 1) return {lead, 1};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  std::uint32_t code = lead & (0x7F >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto tail = static_cast<unsigned char>(text[i]);
    if ((tail & 0xC0) != 0x80) return {};
    code = code << 6 | (tail & 0x3F);
  }
  return {code, size};
}

bool IsHidden(std::uint32_t code) noexcept {
  return std::ranges::any_of(kHiddenCharacters, [code](const CharacterRange& range) {
    return code >= range.first && code <= range.last;
  });
}

void AppendEscape(char letter, std::uint32_t code, int digits, std::string& out) {
  out.append("\\").push_back(letter);
  while (digits-- > 0) out += "0123456789ABCDEF"[code >> (4 * digits) & 15];
}

std::string ShownUpTo(std::size_t most, std::string_view text) {
  std::string shown;
  std::size_t at = 0;
  while (at < text.size()) {
    const Decoded first = DecodeFirst(text.substr(at));
    const std::size_t size = first.size == 0 ? 1 : first.size;
    if (at + size > most) return shown += "…";
    if (first.size == 0) {
      AppendEscape('x', static_cast<unsigned char>(text[at]), 2, shown);
    } else if (IsHidden(first.code)) {
      const bool is_long = first.code > 0xFFFF;
      AppendEscape(is_long ? 'U' : 'u', first.code, is_long ? 8 : 4, shown);
    } else {
      shown += text.substr(at, size);
    }
    at += size;
  }
  return shown;
}

}  // namespace

std::string Shown(std::string_view text) { return ShownUpTo(kMostShown, text); }

std::string ShownWhole(std::string_view text) { return ShownUpTo(text.size(), text); }

}  // namespace callgate::base
