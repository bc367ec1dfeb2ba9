#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>

#include "callgate/json.h"

namespace callgate::json {
namespace {

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

#if defined(__SSE2__)
// A bit for each byte that needs an escape.
unsigned EscapeMask(__m128i bytes) {
  const __m128i last_control = _mm_set1_epi8(0x1F);
  const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
}
#endif

// Bytes of `text` before the first that needs an escape. Most text needs none, so that it looks at
// sixteen or eight at once where it can.
std::size_t PlainLength(std::string_view text) {
  std::size_t at = 0;
#if defined(__SSE2__)
  for (; at + 16 <= text.size(); at += 16) {
    const auto* bytes = reinterpret_cast<const __m128i*>(text.data() + at);
    const unsigned mask = EscapeMask(_mm_loadu_si128(bytes));
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
  }
  if (at + 8 <= text.size()) {
    const auto* bytes = reinterpret_cast<const __m128i*>(text.data() + at);
    const unsigned mask = EscapeMask(_mm_loadl_epi64(bytes)) & 0xFF;
    if (mask != 0) return at + static_cast<std::size_t>(std::countr_zero(mask));
    at += 8;
  }
#endif
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
