#include "core/policy/values/path.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/ascii.h"
#include "core/base/hex.h"
#include "core/policy/values/glob_segment.h"
#include "core/policy/values/normal_form.h"
#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

// Bytes that no rule names; the others are looked at one by one.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (int i = 0x20; i < 0x7F; ++i) plain[i] = true;
  for (int i = 0x80; i < 0x100; ++i) plain[i] = true;
  plain['/'] = plain['\\'] = plain['*'] = plain['?'] = plain['%'] = false;
  // Lead bytes of the characters beyond ASCII that are refused.
  plain[0xC2] = plain[0xE2] = plain[0xEF] = false;
  return plain;
}();

// U+2024-2026, 2044, 2215, FE19, FE52, FE68, FF0E, FF0F, FF3C: what some systems read as a dot, a
// slash or a backslash.
bool IsLookalike(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 11> kLookalikes = {"\u2024", "\u2025", "\u2026", "\u2044",
                                                            "\u2215", "\uFE19", "\uFE52", "\uFE68",
                                                            "\uFF0E", "\uFF0F", "\uFF3C"};
  for (const std::string_view lookalike : kLookalikes) {
    if (text.starts_with(lookalike)) return true;
  }
  return false;
}

// The rule that refuses what stands at `i`, which is no slash and not plain.
std::string_view JudgeUnusual(std::string_view text, std::size_t i) noexcept {
  const char c = text[i];
  if (IsControlAt(text, i)) return "path.control";
  if (c == '\\' || c == '*' || c == '?') return "path.special";
  if (c == '%') {
    const bool encodes =
        i + 2 < text.size() && base::IsHexDigit(text[i + 1]) && base::IsHexDigit(text[i + 2]);
    return encodes ? "path.percent" : "";
  }
  return IsLookalike(text.substr(i)) ? "path.lookalike" : "";
}

// The rule that refuses a segment of only dots and spaces; empty for an empty one and ".".
std::string_view JudgeDots(std::string_view segment) noexcept {
  for (const char c : segment) {
    if (c != '.' && c != ' ') return {};
  }
  if (segment.size() < 2 && segment != " ") return {};
  return segment == ".." ? "path.dotdot" : "path.dots";
}

#if defined(__SSE2__)
// True for most paths: only printable ASCII that no rule names, nothing that expands, and no
// segment that is empty, begins with a space, or begins with a dot and goes on with another or a
// space. Sixteen bytes at a time, the last ones perhaps twice.
bool IsOrdinary(std::string_view text) noexcept {
  constexpr std::size_t kBlock = 16;
  if (text.empty() || text.back() == '/') return false;
  const auto mask = [](__m128i matches) {
    return static_cast<unsigned>(_mm_movemask_epi8(matches));
  };
  char padded[kBlock] = {};
  const std::size_t count = std::min(text.size(), kBlock);
  if (count < kBlock) std::memcpy(padded, text.data(), count);
  for (std::size_t at = 0;; at = std::min(at + kBlock, text.size() - kBlock)) {
    const char* const block = count < kBlock ? padded : text.data() + at;
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
    const auto is = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    // As signed numbers, all that is no ASCII lies below the space too.
    const __m128i unprintable = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')), is('\x7F'));
    const __m128i special =
        _mm_or_si128(_mm_or_si128(is('\\'), is('*')), _mm_or_si128(is('?'), is('%')));
    const __m128i glob = _mm_or_si128(_mm_or_si128(is('{'), is('[')), is('('));
    const unsigned refused = mask(_mm_or_si128(_mm_or_si128(unprintable, special), glob));
    const unsigned slashes = mask(is('/'));
    const unsigned spaces = mask(is(' '));
    const unsigned dots = mask(is('.'));
    const unsigned begins = slashes << 1 | static_cast<unsigned>(at == 0 || text[at - 1] == '/');
    // What follows the last byte of the block is not seen.
    const unsigned no_name = (slashes | spaces | dots) >> 1 | 1U << (count - 1);
    const unsigned no_beginning = slashes | spaces | (dots & no_name);
    if (((refused | (begins & no_beginning)) & ((1U << count) - 1)) != 0) return false;
    if (at + kBlock >= text.size()) return true;
  }
}
#else
bool IsOrdinary(std::string_view) noexcept { return false; }
#endif

// Judges the segments of `text`, which is what arguments and entries have in common. An empty text
// is one empty segment.
PathJudgement JudgeSegments(std::string_view text) noexcept {
  if (IsOrdinary(text)) return {{}, true, true};
  if (const std::string_view rule = JudgeGlobs(text); !rule.empty()) return {rule, false};
  bool is_normal = true;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data();; ++at) {
    const char* const begin = at;
    while (true) {
      while (at != end && kPlain[static_cast<unsigned char>(*at)]) ++at;
      if (at == end || *at == '/') break;
      const auto offset = static_cast<std::size_t>(at - text.data());
      if (const std::string_view rule = JudgeUnusual(text, offset); !rule.empty()) {
        return {rule, false};
      }
      ++at;
    }
    if (at == begin) {
      is_normal = false;
    } else if (*begin == '.' || *begin == ' ') {
      const std::string_view segment(begin, static_cast<std::size_t>(at - begin));
      if (const std::string_view rule = JudgeDots(segment); !rule.empty()) return {rule, false};
      if (segment == ".") is_normal = false;
    }
    if (at == end) return {{}, is_normal};
  }
}

void AppendSegments(std::string_view path, PathBuffer& buffer) {
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size() < path.size() ? segment.size() + 1 : segment.size());
    if (segment.empty() || segment == ".") continue;
    buffer.Append('/');
    buffer.Append(segment.data(), segment.size());
  }
}

PathJudgement JudgeAsWritten(std::string_view argument) noexcept {
  if (argument.empty()) return {"path.empty", false};
  const char first = argument.front();
  if (first == '/') {
    if (argument.size() == 1) return {{}, true, true};
    return JudgeSegments(argument.substr(1));
  }
  if (first == '~' || first == '-' || first == '$' || first == '@' || first == ':') {
    return {"path.leading", false};
  }
  if (WhiteSpaceAt(argument) != 0) return {"path.leading", false};
  if (SchemeLength(argument) != 0) return {"path.scheme", false};
  const PathJudgement segments = JudgeSegments(argument);
  return {segments.rule, false, segments.is_plain};
}

}  // namespace

PathJudgement JudgePath(std::string_view argument) {
  const PathJudgement judgement = JudgeAsWritten(argument);
  if (!judgement.rule.empty() || judgement.is_plain) return judgement;
  PathBuffer buffer;
  const auto composed = ComposedForm(argument, buffer);
  if (!composed) return judgement;
  return {JudgeAsWritten(*composed).rule, judgement.is_normal};
}

NormalPath AsNormal(std::string_view path) noexcept {
  return {path, path == "/" || IsOrdinary(path.substr(1))};
}

NormalPath Normalize(std::string_view argument, const PathJudgement& judgement, NormalPath base,
                     PathBuffer& buffer) {
  if (judgement.is_normal) return {argument, judgement.is_plain};
  const bool is_absolute = IsAbsolutePath(argument);
  buffer.clear();
  if (!is_absolute && base.text != "/") buffer.Append(base.text.data(), base.text.size());
  if (judgement.is_plain) {
    if (!is_absolute) buffer.Append('/');
    buffer.Append(argument.data(), argument.size());
  } else {
    AppendSegments(argument, buffer);
  }
  if (buffer.empty()) return {"/", true};
  return {{buffer.data(), buffer.size()}, judgement.is_plain && (is_absolute || base.is_plain)};
}

bool IsNormalSegment(std::string_view segment) noexcept { return JudgeSegments(segment).is_normal; }

bool BeginsLikePath(std::string_view value) noexcept {
  UrlReader reader(value);
  if (UrlReader(reader).TakeScheme("file")) return true;
  char c = 0;
  if (!reader.Take(c)) return false;
  if (c == '/' || c == '~') return true;
  if (c == '.') {
    return reader.TakeIf('/') || (reader.TakeIf('.') && (reader.AtEnd() || reader.TakeIf('/')));
  }
  return base::IsAsciiLetter(c) && reader.TakeIf(':');
}

bool LooksLikePath(std::string_view value) noexcept {
  if (BeginsLikePath(value)) return true;
  const auto separates = [](char c) { return c == '/' || c == '\\'; };
  for (std::size_t at = value.find('.'); at != std::string_view::npos;
       at = value.find('.', at + 1)) {
    std::size_t before = at;
    while (before != 0 && UrlReader::IsSkipped(value[before - 1])) --before;
    if (before == 0 || !separates(value[before - 1])) continue;
    UrlReader after = UrlReader::After(value, at + 1);
    if (after.TakeIf('.') && (after.AtEnd() || after.TakeIf('/'))) return true;
  }
  return false;
}

}  // namespace callgate::policy
