#include "callgate/result_meter.h"

#include <cstddef>

#include "core/base/hex.h"

namespace callgate::json {
namespace {

constexpr std::string_view kResult = "result";

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// What AppendString writes for a UTF-16 code unit. The halves of a surrogate pair are two bytes
// each, which makes the four of the character.
std::uint64_t WrittenSize(std::uint32_t code_unit) {
  switch (code_unit) {
    case '"':
    case '\\':
    case '\b':
    case '\t':
    case '\n':
    case '\f':
    case '\r':
      return 2;
    default:
      break;
  }
  if (code_unit < 0x20) return 6;
  if (code_unit < 0x80) return 1;
  const bool is_surrogate = 0xD800 <= code_unit && code_unit <= 0xDFFF;
  return code_unit < 0x800 || is_surrogate ? 2 : 3;
}

}  // namespace

void ResultMeter::Feed(std::string_view chunk) noexcept {
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    const char c = chunk[i];
    switch (at_) {
      case At::kStart:
        if (IsSpace(c)) break;
        at_ = c == '{' ? At::kStructure : At::kEnd;
        depth_ = 1;
        expects_key_ = true;
        break;
      case At::kStructure:
        if (!IsSpace(c)) Structure(c);
        break;
      case At::kString:
        if (c == '"') {
          Count(1);
          in_key_ = false;
          at_ = At::kStructure;
        } else if (c == '\\') {
          at_ = At::kEscape;
        } else {
          i += Plain(chunk.substr(i)) - 1;
        }
        break;
      case At::kEscape:
        Escape(c);
        break;
      case At::kHex:
        Hex(c);
        break;
      case At::kEnd:
        return;
    }
  }
}

void ResultMeter::Structure(char c) noexcept {
  if (c == '"') {
    in_key_ = depth_ == 1 && expects_key_;
    if (in_key_) matched_ = 0;
    at_ = At::kString;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    if (--depth_ == 0) {
      counting_ = false;
      at_ = At::kEnd;
    }
  } else if (depth_ == 1 && c == ':') {
    expects_key_ = false;
    counting_ = matched_ == kResult.size();
    return;
  } else if (depth_ == 1 && c == ',') {
    expects_key_ = true;
    counting_ = false;
  }
  Count(1);
}

// The characters of a string up to its end, an escape or the end of `text`; returns how many bytes.
std::size_t ResultMeter::Plain(std::string_view text) noexcept {
  std::size_t length = 0;
  while (length < text.size() && text[length] != '"' && text[length] != '\\') ++length;
  if (in_key_) {
    for (const char c : text.substr(0, length)) MatchKey(static_cast<unsigned char>(c));
  }
  Count(length);
  return length;
}

void ResultMeter::Escape(char c) noexcept {
  at_ = At::kString;
  switch (c) {
    case 'u':
      at_ = At::kHex;
      hex_ = 0;
      hex_digits_ = 0;
      return;
    case 'b':
      return Character('\b');
    case 't':
      return Character('\t');
    case 'n':
      return Character('\n');
    case 'f':
      return Character('\f');
    case 'r':
      return Character('\r');
    default:  // a quote, a backslash, a slash
      return Character(static_cast<unsigned char>(c));
  }
}

void ResultMeter::Hex(char c) noexcept {
  hex_ = hex_ << 4 | (base::IsHexDigit(c) ? base::HexDigitValue(c) : 0);
  if (++hex_digits_ < 4) return;
  at_ = At::kString;
  Character(hex_);
}

void ResultMeter::Character(std::uint32_t code_unit) noexcept {
  if (in_key_) MatchKey(code_unit);
  Count(WrittenSize(code_unit));
}

void ResultMeter::MatchKey(std::uint32_t code_unit) noexcept {
  const bool matches =
      matched_ < kResult.size() && code_unit == static_cast<unsigned char>(kResult[matched_]);
  matched_ = matches ? static_cast<std::uint8_t>(matched_ + 1) : kNoMatch;
}

}  // namespace callgate::json
