#include <array>
#include <bit>

#include "core/base/hex.h"
#include "core/json/plain_text.h"
#include "core/json/reader.h"

namespace callgate::json {
namespace {

// What stands for the character after a backslash; 0: no escape, or \u.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (const char c : {'"', '\\', '/'}) escapes[static_cast<unsigned char>(c)] = c;
  escapes['b'] = '\b';
  escapes['f'] = '\f';
  escapes['n'] = '\n';
  escapes['r'] = '\r';
  escapes['t'] = '\t';
  return escapes;
}();

bool IsHighSurrogate(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

char* PutUtf8(unsigned character, char* out) {
  const auto put = [&](unsigned byte) { *out++ = static_cast<char>(byte); };
  if (character < 0x80) {
    put(character);
    return out;
  }
  if (character < 0x800) {
    put(0xC0 | character >> 6);
  } else if (character < 0x10000) {
    put(0xE0 | character >> 12);
    put(0x80 | (character >> 6 & 0x3F));
  } else {
    put(0xF0 | character >> 18);
    put(0x80 | (character >> 12 & 0x3F));
    put(0x80 | (character >> 6 & 0x3F));
  }
  put(0x80 | (character & 0x3F));
  return out;
}

}  // namespace

// Decodes the string at `at_` into the block and moves past its closing quote.
bool Reader::ReadString(std::size_t& length) {
  const char* const begin = ++at_;
  char* const out_begin = block_ + OffsetOf(begin);
  // In registers: a write to the block could change any member, for all that the compiler knows.
  const char* at = begin;
  char* out = out_begin;
  bool has_lone_surrogate = false;
  for (;;) {
    if (static_cast<std::size_t>(end_ - at) >= kPlainBlock) {
      const unsigned special = CopyPlainBlock(at, out);
      const auto plain =
          special == 0 ? kPlainBlock : static_cast<std::size_t>(std::countr_zero(special));
      at += plain;
      out += plain;
      if (special == 0) continue;
    } else {
      while (at != end_ && IsPlain(*at)) *out++ = *at++;
      if (at == end_) return Fail("expected a closing quote", at);
    }
    if (*at == '"') break;
    if (*at != '\\') {
      return Fail(*at == '\0'
                      ? "expected a closing quote"
                      : "expected an escape of RFC 8259; control characters must be escaped",
                  at);
    }
    if (const char decoded = end_ - at < 2 ? '\0' : kEscapes[static_cast<unsigned char>(at[1])];
        decoded != 0) {
      *out++ = decoded;
      at += 2;
      continue;
    }
    at_ = at;
    if (!ReadUnicodeEscape(out, has_lone_surrogate)) return false;
    at = at_;
  }
  at_ = at + 1;
  if (has_lone_surrogate) return Fail("a lone surrogate is no character", begin);
  length = static_cast<std::size_t>(out - out_begin);
  return true;
}

// \uXXXX, a pair of them where they are surrogates.
bool Reader::ReadUnicodeEscape(char*& out, bool& has_lone_surrogate) {
  const char* const escape = at_++;
  if (Peek() != 'u') {
    return Fail("expected an escape of RFC 8259; control characters must be escaped", escape);
  }
  ++at_;
  unsigned character;
  if (!ReadFourDigits(escape, character)) return false;
  if (IsHighSurrogate(character)) {
    unsigned low = 0;
    if (!std::string_view(at_, end_).starts_with("\\u")) {
      return Fail("expected a low surrogate: a lone surrogate is no character", escape);
    }
    at_ += 2;
    if (!ReadFourDigits(escape, low)) return false;
    if (!IsLowSurrogate(low)) {
      return Fail("expected a low surrogate: a lone surrogate is no character", escape);
    }
    character = 0x10000 + ((character - 0xD800) << 10 | (low - 0xDC00));
  } else if (IsLowSurrogate(character)) {
    has_lone_surrogate = true;
  }
  out = PutUtf8(character, out);
  return true;
}

bool Reader::ReadFourDigits(const char* escape, unsigned& unit) {
  unit = 0;
  for (int i = 0; i < 4; ++i) {
    if (!base::IsHexDigit(Peek())) return Fail("expected four hexadecimal digits", escape);
    unit = unit << 4 | base::HexDigitValue(*at_);
    ++at_;
  }
  return true;
}

}  // namespace callgate::json
