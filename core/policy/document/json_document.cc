// JSON text to a positioned tree. json::Parse has judged the text; this pass only finds where each
// value stands, which a sorted json::Value no longer knows.
#include "core/base/hex.h"
#include "core/policy/document/document.h"

namespace callgate::policy {
namespace {

unsigned FourDigits(std::string_view text) noexcept {
  unsigned value = 0;
  for (const char digit : text.substr(0, 4)) value = value << 4 | base::HexDigitValue(digit);
  return value;
}

std::size_t WriteUtf8(unsigned code, char* out) noexcept {
  const auto tail = [code](int shift) {
    return static_cast<char>(0x80 | ((code >> shift) & 0x3F));
  };
  if (code < 0x80) {
    out[0] = static_cast<char>(code);
    return 1;
  }
  if (code < 0x800) {
    out[0] = static_cast<char>(0xC0 | code >> 6);
    out[1] = tail(0);
    return 2;
  }
  if (code < 0x10000) {
    out[0] = static_cast<char>(0xE0 | code >> 12);
    out[1] = tail(6);
    out[2] = tail(0);
    return 3;
  }
  out[0] = static_cast<char>(0xF0 | code >> 18);
  out[1] = tail(12);
  out[2] = tail(6);
  out[3] = tail(0);
  return 4;
}

// REQUIRES: what stands between the quotes of a valid JSON string. An escape is never shorter than
// what it stands for.
std::string_view Unescape(std::string_view text, Document& document) {
  if (text.find('\\') == std::string_view::npos) return text;
  char* const out = document.texts().Take(text.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out[size++] = text[i];
      continue;
    }
    switch (text[++i]) {
      case 'b':
        out[size++] = '\b';
        break;
      case 'f':
        out[size++] = '\f';
        break;
      case 'n':
        out[size++] = '\n';
        break;
      case 'r':
        out[size++] = '\r';
        break;
      case 't':
        out[size++] = '\t';
        break;
      case 'u': {
        unsigned code = FourDigits(text.substr(i + 1));
        i += 4;
        if (code >= 0xD800 && code < 0xDC00) {
          code = 0x10000 + ((code - 0xD800) << 10) + (FourDigits(text.substr(i + 3)) - 0xDC00);
          i += 6;
        }
        size += WriteUtf8(code, out + size);
        break;
      }
      default:
        out[size++] = text[i];
    }
  }
  return {out, size};
}

}  // namespace

bool ReadJson(std::string_view text, Document& document, DocumentFault& fault) {
  using Kind = Document::Kind;
  std::uint32_t line = 1;
  std::size_t line_begin = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const Position position{line, static_cast<std::uint32_t>(i - line_begin) + 1};
    bool room = true;
    switch (c) {
      case '\n':
        ++line;
        line_begin = ++i;
        continue;
      case ' ':
      case '\t':
      case '\r':
      case ',':
      case ':':
        ++i;
        continue;
      case '{':
      case '[':
        room = document.Open(c == '{' ? Kind::kMap : Kind::kList, position);
        ++i;
        break;
      case '}':
      case ']':
        document.Close();
        ++i;
        continue;
      case '"': {
        std::size_t end = i + 1;
        while (text[end] != '"') end += text[end] == '\\' ? 2 : 1;
        room = document.Add(Kind::kString, position,
                            Unescape(text.substr(i + 1, end - i - 1), document));
        i = end + 1;
        break;
      }
      case 't':
        room = document.Add(Kind::kTrue, position, {});
        i += 4;
        break;
      case 'f':
        room = document.Add(Kind::kFalse, position, {});
        i += 5;
        break;
      case 'n':
        room = document.Add(Kind::kNull, position, {});
        i += 4;
        break;
      default: {
        std::size_t end = text.find_first_of(",]} \t\r\n", i);
        if (end == std::string_view::npos) end = text.size();
        room = document.Add(Kind::kNumber, position, text.substr(i, end - i));
        i = end;
      }
    }
    if (!room) {
      fault = {position, "expected fewer values", {}, {}};
      return false;
    }
  }
  return true;
}

}  // namespace callgate::policy
