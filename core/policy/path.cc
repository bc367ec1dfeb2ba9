#include "core/policy/path.h"

#include <array>
#include <cstdint>

#include "core/policy/text.h"

namespace callgate::policy {
namespace {

enum class Byte : std::uint8_t { kPlain, kSlash, kDotOrSpace, kControl, kSpecial, kPercent, kLead };

constexpr std::array<Byte, 256> kBytes = [] {
  std::array<Byte, 256> bytes{};
  for (int i = 0; i < 0x20; ++i) bytes[i] = Byte::kControl;
  bytes[0x7F] = Byte::kControl;
  bytes['/'] = Byte::kSlash;
  bytes['.'] = bytes[' '] = Byte::kDotOrSpace;
  bytes['\\'] = bytes['*'] = bytes['?'] = Byte::kSpecial;
  bytes['%'] = Byte::kPercent;
  // Lead bytes of the characters beyond ASCII that are refused.
  bytes[0xC2] = bytes[0xE2] = bytes[0xEF] = Byte::kLead;
  return bytes;
}();

bool IsHexDigit(char c) noexcept {
  return IsAsciiDigit(c) || (AsciiLower(c) >= 'a' && AsciiLower(c) <= 'f');
}

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

// Judges the characters and segments, which are what arguments and entries have in common.
std::string_view JudgeCharacters(std::string_view text) noexcept {
  bool only_dots = true;  // the segment so far is dots and spaces
  std::size_t segment = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == '/') {
      const std::size_t size = i - segment;
      if (only_dots && size != 0 && !(size == 1 && text[segment] == '.')) {
        return text.substr(segment, size) == ".." ? "path.dotdot" : "path.dots";
      }
      segment = i + 1;
      only_dots = true;
      continue;
    }
    const char c = text[i];
    switch (kBytes[static_cast<unsigned char>(c)]) {
      case Byte::kDotOrSpace:
        continue;
      case Byte::kPlain:
      case Byte::kSlash:
        break;
      case Byte::kControl:
        return "path.control";
      case Byte::kSpecial:
        return "path.special";
      case Byte::kPercent:
        if (i + 2 < text.size() && IsHexDigit(text[i + 1]) && IsHexDigit(text[i + 2])) {
          return "path.percent";
        }
        break;
      case Byte::kLead:
        if (c == '\xC2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
          return "path.control";
        }
        if (IsLookalike(text.substr(i))) return "path.lookalike";
        break;
    }
    only_dots = false;
  }
  return {};
}

bool IsNormal(std::string_view path) noexcept {
  if (path.size() > 1 && path.back() == '/') return false;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    if (path[i] != '/') continue;
    if (path[i + 1] == '/') return false;
    if (path[i + 1] == '.' && (i + 2 == path.size() || path[i + 2] == '/')) return false;
  }
  return true;
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

}  // namespace

std::string_view JudgePath(std::string_view argument) noexcept {
  if (argument.empty()) return "path.empty";
  const char first = argument.front();
  if (first == '~' || first == '-' || first == '$' || first == '@') return "path.leading";
  if (first != '/') {
    if (WhiteSpaceAt(argument) != 0) return "path.leading";
    if (SchemeLength(argument) != 0) return "path.scheme";
  }
  return JudgeCharacters(argument);
}

std::string_view NormalizePath(std::string_view argument, std::string_view base,
                               PathBuffer& buffer) {
  if (IsAbsolutePath(argument) && IsNormal(argument)) return argument;
  buffer.clear();
  if (!IsAbsolutePath(argument) && base != "/") buffer.Append(base.data(), base.size());
  AppendSegments(argument, buffer);
  if (buffer.empty()) return "/";
  return {buffer.data(), buffer.size()};
}

bool IsNormalSegment(std::string_view segment) noexcept {
  return !segment.empty() && segment != "." && JudgeCharacters(segment).empty();
}

bool BeginsLikePath(std::string_view value) noexcept {
  value = WithoutLeadingWhiteSpace(value);
  if (value.empty()) return false;
  const char first = value.front();
  if (first == '/' || first == '~' || first == '\\') return true;
  if (first == '.') {
    return value == ".." || value.starts_with("./") || value.starts_with("../") ||
           value.starts_with("..\\");
  }
  return (value.size() >= 2 && IsAsciiLetter(first) && value[1] == ':') ||
         StartsWithIgnoringCase(value, "file:");
}

bool LooksLikePath(std::string_view value) noexcept {
  if (BeginsLikePath(value)) return true;
  for (std::size_t at = value.find("..", 1); at != std::string_view::npos;
       at = value.find("..", at + 1)) {
    const auto separates = [](char c) { return c == '/' || c == '\\'; };
    if (separates(value[at - 1]) && (at + 2 == value.size() || separates(value[at + 2]))) {
      return true;
    }
  }
  return false;
}

}  // namespace callgate::policy
