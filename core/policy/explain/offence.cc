#include "core/policy/explain/offence.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/shown.h"
#include "core/policy/values/command.h"

namespace callgate::policy {
namespace {

using Offset = std::optional<std::size_t>;

Offset Found(std::size_t at) noexcept {
  return at == std::string_view::npos ? std::nullopt : Offset(at);
}

template <typename Refuses>  // bool(std::string_view segment)
Offset FirstSegment(std::string_view path, Refuses refuses) {
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (refuses(path.substr(begin, end - begin))) return begin;
    begin = end + 1;
  }
  return std::nullopt;
}

// Of U+0000 to U+001F and U+007F to U+009F.
Offset FirstControl(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (base::IsAsciiControl(text[i])) return i;
    const bool is_latin = i + 1 < text.size() && text[i] == '\xC2';
    if (is_latin && static_cast<unsigned char>(text[i + 1]) < 0xA0) return i;
  }
  return std::nullopt;
}

Offset FirstEscape(std::string_view text) {
  for (std::size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 1)) {
    const std::string_view digits = text.substr(i + 1, 2);
    if (digits.size() == 2 &&
        digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos) {
      return i;
    }
  }
  return std::nullopt;
}

Offset FirstLookalike(std::string_view text) {
  std::size_t first = std::string_view::npos;
  for (const std::string_view one : {"\u2024", "\u2025", "\u2026", "\u2044", "\u2215", "\uFE19",
                                     "\uFE52", "\uFE68", "\uFF0E", "\uFF0F", "\uFF3C"}) {
    first = std::min(first, text.find(one));
  }
  return Found(first);
}

Offset FirstOfAuthority(std::string_view url, std::string_view any, bool or_beyond_ascii) {
  const std::size_t slashes = url.find("//");
  const std::size_t begin = slashes == std::string_view::npos ? 0 : slashes + 2;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  for (std::size_t i = begin; i < end; ++i) {
    const bool beyond_ascii = static_cast<unsigned char>(url[i]) > 0x7F;
    if (any.find(url[i]) != std::string_view::npos || (or_beyond_ascii && beyond_ascii)) return i;
  }
  return std::nullopt;
}

bool IsOfSegment(std::string_view rule) noexcept {
  return rule == "path.dotdot" || rule == "path.dots";
}

}  // namespace

Offset OffenceIn(std::string_view rule, std::string_view text) {
  if (rule == "path.dotdot") {
    return FirstSegment(text, [](std::string_view segment) { return segment == ".."; });
  }
  if (rule == "path.dots") {
    return FirstSegment(text, [](std::string_view segment) {
      return segment.size() > 1 && segment.find_first_not_of(". ") == std::string_view::npos;
    });
  }
  if (rule == "path.control") return FirstControl(text);
  if (rule == "path.special") return Found(text.find_first_of("\\*?"));
  if (rule == "path.percent") return FirstEscape(text);
  if (rule == "path.leading") return 0;
  if (rule == "path.lookalike") return FirstLookalike(text);
  if (rule == "path.braces") return Found(text.find('{'));
  if (rule == "path.glob") return Found(text.find_first_of("[("));
  if (rule == "command.exec-argv") return Found(text.find_first_of(std::string_view("\0\r\n", 3)));
  if (rule == "command.quote-elsewhere") {
    // One that is not closed, or one in a word that entries name.
    const Offset unclosed = OffenceInCommand(text, false);
    return unclosed ? unclosed : Found(text.find_first_of("'\""));
  }
  if (rule == "command.list-word") return OffenceInCommand(text, true);
  for (const std::string_view split : {"command.control", "command.metacharacter", "command.tilde",
                                       "command.double-quote", "command.single-quote"}) {
    if (rule == split) return OffenceInCommand(text, false);
  }
  if (rule == "domain.anywhere") {
    const Offset control = FirstControl(text);
    const Offset other = Found(text.find_first_of("\\ "));
    return control && (!other || *control < *other) ? control : other;
  }
  if (rule == "domain.userinfo") return FirstOfAuthority(text, "@", false);
  if (rule == "domain.authority") return FirstOfAuthority(text, "%", true);
  return std::nullopt;
}

std::string PlaceOfOffence(std::string_view rule, std::string_view text) {
  const Offset at = OffenceIn(rule, text);
  if (!at) return {};
  const auto points = std::ranges::count_if(
      text.substr(0, *at), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  std::size_t size = 1;
  if (IsOfSegment(rule)) {
    size = std::min(text.find('/', *at), text.size()) - *at;
  } else {
    while (*at + size < text.size() &&
           (static_cast<unsigned char>(text[*at + size]) & 0xC0) == 0x80) {
      ++size;
    }
  }
  return " at character " + std::to_string(points + 1) + " (" +
         base::Shown(text.substr(*at, size)) + ")";
}

}  // namespace callgate::policy
