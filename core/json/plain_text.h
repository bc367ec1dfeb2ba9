// Text of JSON strings sixteen bytes at a time: where it stops being plain, that is, where a quote,
// a backslash or a control character stands. What reads and what writes strings use the same.
#ifndef CALLGATE_CORE_JSON_PLAIN_TEXT_H_
#define CALLGATE_CORE_JSON_PLAIN_TEXT_H_

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <cstddef>
#include <cstring>

namespace callgate::json {

inline constexpr std::size_t kPlainBlock = 16;
// Bytes past the text of a Document that may be read and written, so that blocks need not end where
// strings do.
inline constexpr std::size_t kTextPadding = kPlainBlock;

constexpr bool IsPlain(char c) noexcept {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

// Copies the sixteen bytes at `from` to `to`, and returns a bit for each that is not plain, the
// first one lowest. The two may overlap.
inline unsigned CopyPlainBlock(const char* from, char* to) noexcept {
#if defined(__SSE2__)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
  const __m128i last_control = _mm_set1_epi8(0x1F);
  const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
#else
  char bytes[kPlainBlock];
  std::memcpy(bytes, from, sizeof bytes);
  std::memcpy(to, bytes, sizeof bytes);
  unsigned mask = 0;
  for (std::size_t i = 0; i < kPlainBlock; ++i) {
    mask |= static_cast<unsigned>(!IsPlain(bytes[i])) << i;
  }
  return mask;
#endif
}

}  // namespace callgate::json

#endif  // CALLGATE_CORE_JSON_PLAIN_TEXT_H_
