#include "core/audit/fold.h"

#include <algorithm>
#include <cstdint>

namespace callgate::audit {
namespace {

using CodePoint = std::uint32_t;
constexpr CodePoint kDropped = 0;

// Reads the character at `at`, which it moves behind it. A byte that is none is itself.
CodePoint Next(std::string_view text, std::size_t& at) noexcept {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(at);
  const std::size_t size = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  CodePoint value = size == 1 ? first : first & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) value = value << 6 | (byte(at + i) & 0x3FU);
  at = std::min(at + size, text.size());
  return value;
}

void Append(CodePoint c, std::string& out) {
  const auto put = [&out](CodePoint byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

constexpr bool IsIn(CodePoint c, CodePoint first, CodePoint last) {
  return first <= c && c <= last;
}

// The ASCII letter, digit or sign that `c` is another form of (Unicode's compatibility mappings),
// in lower case; `c` itself where there is none.
CodePoint ToAscii(CodePoint c) {
  if (IsIn(c, 'A', 'Z')) return c + 32;
  if (c < 0x80) return c;
  if (c == 0x130 || c == 0x131) return 'i';
  if (c == 0x17F) return 's';
  if (c == 0x212A) return 'k';
  if (IsIn(c, 0xFF01, 0xFF5E)) return ToAscii(c - 0xFF01 + '!');
  if (IsIn(c, 0x24B6, 0x24E9)) return 'a' + (c - 0x24B6) % 26;
  if (IsIn(c, 0x1D400, 0x1D6A3)) return 'a' + (c - 0x1D400) % 26;
  if (IsIn(c, 0x1D7CE, 0x1D7FF)) return '0' + (c - 0x1D7CE) % 10;
  return c;
}

bool IsDropped(CodePoint c) {
  if (c < 0x80) return c == '-' || c == '_' || c == '.' || c == ' ' || IsIn(c, '\t', '\r');
  return c == 0x85 || c == 0xA0 || c == 0xAD || IsIn(c, 0x300, 0x36F) || c == 0x1680 ||
         IsIn(c, 0x2000, 0x2015) || IsIn(c, 0x2028, 0x202F) || IsIn(c, 0x205F, 0x2060) ||
         c == 0x3000 || c == 0xFEFF;
}

// Lower case, of letters whose case is one step or one bit away.
CodePoint ToLower(CodePoint c) {
  if (IsIn(c, 0x100, 0x137) || IsIn(c, 0x14A, 0x177)) return c | 1;
  if (IsIn(c, 0x139, 0x148) || IsIn(c, 0x179, 0x17E)) return c + (c & 1);
  if (IsIn(c, 0x391, 0x3A9)) return c + 0x20;
  if (c == 0x3C2) return 0x3C3;
  if (IsIn(c, 0x410, 0x42F)) return c + 0x20;
  if (IsIn(c, 0x400, 0x40F)) return c + 0x50;
  if (IsIn(c, 0x460, 0x481) || IsIn(c, 0x48A, 0x4BF) || IsIn(c, 0x4D0, 0x52F)) return c | 1;
  if (IsIn(c, 0x531, 0x556)) return c + 0x30;
  return c;
}

// Letters of Latin-1 without their accents; 'x' where there is none to take off.
constexpr std::string_view kPlainLatin =
    "aaaaaaxceeeeiiiixnooooox"
    "ouuuuyxx";

CodePoint Fold(CodePoint c) {
  c = ToAscii(c);
  if (IsDropped(c)) return kDropped;
  if (c < 0x80) return c;
  if (IsIn(c, 0xC0, 0xFF)) {
    const char plain = kPlainLatin[c & 0x1F];
    return plain != 'x' ? static_cast<CodePoint>(plain) : c < 0xDF ? c | 0x20 : c;
  }
  return ToLower(c);
}

}  // namespace

std::string FoldKey(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = Fold(Next(text, at));
    if (c != kDropped) Append(c, folded);
  }
  return folded;
}

namespace {

bool IsSpaceOfText(CodePoint c) {
  return c == 0xA0 || IsIn(c, 0x2000, 0x200A) || c == 0x202F || c == 0x205F;
}

bool IsUnseen(CodePoint c) {
  return c == 0xAD || IsIn(c, 0x200B, 0x200F) || IsIn(c, 0x202A, 0x202E) || c == 0x2060 ||
         c == 0xFEFF;
}

}  // namespace

std::string FoldText(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const CodePoint c = Next(text, at);
    const CodePoint ascii = ToAscii(c);
    if (c >= 0x80 && ascii < 0x80) {
      folded += static_cast<char>(ascii);
    } else if (IsSpaceOfText(c)) {
      folded += ' ';
    } else if (!IsUnseen(c)) {
      folded.append(text, begin, at - begin);
    }
  }
  return folded;
}

}  // namespace callgate::audit
