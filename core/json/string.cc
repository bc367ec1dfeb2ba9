#include <cstdint>
#include <cstring>

#include "callgate/json.h"

namespace callgate::json {
namespace {

constexpr std::uint64_t Repeat(unsigned char byte) { return 0x0101010101010101ULL * byte; }

// Non-zero when a byte of `word` is a control character, a quote or a backslash. Looks at eight
// bytes at once, since most text needs no escape.
std::uint64_t NeedsEscape(std::uint64_t word) {
  constexpr std::uint64_t kHigh = Repeat(0x80);
  const std::uint64_t below_space = (word - Repeat(0x20)) & ~word;
  const std::uint64_t quote = word ^ Repeat('"');
  const std::uint64_t backslash = word ^ Repeat('\\');
  return (below_space | ((quote - Repeat(1)) & ~quote) | ((backslash - Repeat(1)) & ~backslash)) &
         kHigh;
}

bool NeedsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void AppendEscaped(char c, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\t':
      out += "\\t";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\r':
      out += "\\r";
      break;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 0xF];
  }
}

std::size_t PlainLength(std::string_view text) {
  std::size_t at = 0;
  while (at + 8 <= text.size()) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if (NeedsEscape(word) != 0) break;
    at += 8;
  }
  while (at < text.size() && !NeedsEscape(text[at])) ++at;
  return at;
}

}  // namespace

void AppendString(std::string_view text, std::string& out) {
  out += '"';
  for (;;) {
    const std::size_t plain = PlainLength(text);
    out.append(text.data(), plain);
    if (plain == text.size()) break;
    AppendEscaped(text[plain], out);
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

}  // namespace callgate::json
