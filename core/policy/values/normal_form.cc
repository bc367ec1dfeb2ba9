#include "core/policy/values/normal_form.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace callgate::policy {
namespace {

// A code point with what canonical order sorts by before it: its combining class, and its place
// among those of the same class. So sorting costs no square of a long run of combining marks.
using Entry = std::uint64_t;
constexpr int kPlaceShift = 21;
constexpr int kClassShift = 56;

// No text of 255 bytes decomposes into more.
using Entries = base::SmallVector<Entry, 512>;
using CodePoints = base::SmallVector<utf8proc_int32_t, 512>;

utf8proc_int32_t CodePointOf(Entry entry) noexcept {
  return static_cast<utf8proc_int32_t>(entry & ((Entry{1} << kPlaceShift) - 1));
}

constexpr utf8proc_option_t kDecompose = UTF8PROC_DECOMPOSE;
constexpr auto kFold = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD);
constexpr auto kCompose = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);

// utf8proc knows of those only that are assigned.
bool IsDefaultIgnorable(utf8proc_int32_t code_point) noexcept {
  return utf8proc_get_property(code_point)->ignorable != 0 || code_point == 0x2065 ||
         (code_point >= 0xFFF0 && code_point <= 0xFFF8) ||
         (code_point >= 0xE0000 && code_point <= 0xE0FFF);
}

void AppendDecomposed(utf8proc_int32_t code_point, utf8proc_option_t options, Entries& out) {
  utf8proc_int32_t parts[32];
  int boundary = 0;
  const auto count = utf8proc_decompose_char(
      code_point, parts, static_cast<utf8proc_ssize_t>(std::size(parts)), options, &boundary);
  for (utf8proc_ssize_t i = 0; i < count && i < std::ssize(parts); ++i) {
    const auto combining_class =
        static_cast<Entry>(utf8proc_get_property(parts[i])->combining_class);
    out.Append(combining_class << kClassShift | Entry{out.size()} << kPlaceShift |
               static_cast<Entry>(parts[i]));
  }
}

void Reorder(Entries& entries) {
  const auto is_starter = [](Entry entry) { return entry >> kClassShift == 0; };
  for (Entry* at = entries.begin(); at != entries.end();) {
    Entry* const run = std::find_if_not(at, entries.end(), is_starter);
    at = std::find_if(run, entries.end(), is_starter);
    std::sort(run, at);
  }
}

template <typename Take>  // void(code point)
void ForEachCodePoint(std::string_view text, Take take) {
  const auto* next = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code_point;
    utf8proc_ssize_t size = utf8proc_iterate(next, left, &code_point);
    if (size <= 0) {  // no UTF-8, which JSON and YAML never are
      code_point = 0xFFFD;
      size = 1;
    }
    take(code_point);
    next += size;
    left -= size;
  }
}

template <typename Buffer>
void AppendComposed(const Entries& entries, Buffer& out) {
  CodePoints code_points;
  code_points.Reserve(entries.size());
  for (const Entry entry : entries) code_points.Append(CodePointOf(entry));
  const auto count = utf8proc_normalize_utf32(
      code_points.data(), static_cast<utf8proc_ssize_t>(code_points.size()), kCompose);
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    utf8proc_uint8_t bytes[4];
    const auto size = utf8proc_encode_char(code_points[static_cast<std::size_t>(i)], bytes);
    out.Append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
}

}  // namespace

bool IsAscii(std::string_view text) noexcept {
  std::uint64_t seen = 0;
  while (text.size() >= sizeof(seen)) {
    std::uint64_t block;
    std::memcpy(&block, text.data(), sizeof(block));
    seen |= block;
    text.remove_prefix(sizeof(block));
  }
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return (seen & 0x8080808080808080) == 0;
}

std::optional<std::string_view> ComposedForm(std::string_view path, PathBuffer& buffer) {
  if (IsAscii(path)) return std::nullopt;
  buffer.clear();
  // A slash composes with nothing, so the segments are composed one by one.
  for (std::string_view rest = path;;) {
    const std::string_view segment = rest.substr(0, rest.find('/'));
    if (IsAscii(segment)) {
      buffer.Append(segment.data(), segment.size());
    } else {
      Entries entries;
      ForEachCodePoint(segment, [&](utf8proc_int32_t code_point) {
        AppendDecomposed(code_point, kDecompose, entries);
      });
      Reorder(entries);
      AppendComposed(entries, buffer);
    }
    if (segment.size() == rest.size()) break;
    buffer.Append('/');
    rest.remove_prefix(segment.size() + 1);
  }
  const std::string_view composed(buffer.data(), buffer.size());
  if (composed == path) return std::nullopt;
  return composed;
}

void AppendFolded(std::string_view text, FoldBuffer& out) {
  Entries decomposed;
  ForEachCodePoint(text, [&](utf8proc_int32_t code_point) {
    if (!IsDefaultIgnorable(code_point)) AppendDecomposed(code_point, kDecompose, decomposed);
  });
  Reorder(decomposed);
  // Only in canonical order does U+0345, which folds to a letter, stand where it belongs.
  Entries folded;
  for (const Entry entry : decomposed) AppendDecomposed(CodePointOf(entry), kFold, folded);
  Reorder(folded);
  AppendComposed(folded, out);
}

}  // namespace callgate::policy
