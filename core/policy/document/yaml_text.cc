#include "core/policy/document/yaml_text.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/policy/document/document.h"

namespace callgate::policy {
namespace {

bool IsUnprintable(std::string_view rest) noexcept {
  const char c = rest[0];
  if (c == '\r') return !rest.starts_with("\r\n");
  if (base::IsAsciiControl(c)) return c != '\t' && c != '\n';
  if (c == '\xC2') return static_cast<unsigned char>(rest[1]) < 0xA0;
  for (const std::string_view refused :
       {"\u2028", "\u2029", "\uFEFF", "\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    if (rest.starts_with(refused)) return true;
  }
  return false;
}

}  // namespace

bool FindUnprintable(std::string_view text, std::size_t& offset) noexcept {
  for (offset = 0; offset < text.size(); ++offset) {
    const char c = text[offset];
    const bool plain = c >= ' ' && c < '\x7F';
    if (!plain && IsUnprintable(text.substr(offset))) return true;
  }
  return false;
}

// A parser may hold every open bracket, and more for each, before its first event: so the depth is
// bounded here. Comments and text that is quoted within a line are passed over. What stays
// uncounted costs memory in proportion to the size of the text, which is bounded.
bool FindTooDeep(std::string_view text, std::size_t& offset) noexcept {
  std::size_t depth = 0;
  bool scalar_may_begin = true;
  char before = '\n';
  for (std::size_t i = 0; i < text.size(); before = text[i++]) {
    const char c = text[i];
    if (c == '#' && (before == ' ' || before == '\t' || before == '\n')) {
      i = std::min(text.find('\n', i), text.size() - 1);
      scalar_may_begin = true;
      continue;
    }
    if (scalar_may_begin && (c == '"' || c == '\'')) {
      std::size_t end = i + 1;
      while (end < text.size() && text[end] != c && text[end] != '\n') {
        end += c == '"' && text[end] == '\\' ? 2 : 1;
      }
      if (end < text.size() && text[end] == c) i = end;
      scalar_may_begin = false;
      continue;
    }
    if (c == '[' || c == '{') {
      if (++depth > kMaxDocumentDepth) {
        offset = i;
        return true;
      }
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
    const bool space = c == ' ' || c == '\t';
    scalar_may_begin = c == '[' || c == '{' || c == ',' || c == '\n' || c == ':' ||
                       (scalar_may_begin && (space || c == '-' || c == '?'));
  }
  return false;
}

bool FindTagDirective(std::string_view text, std::size_t& offset) noexcept {
  constexpr std::string_view kTag = "\n%TAG";
  if (text.starts_with(kTag.substr(1))) {
    offset = 0;
    return true;
  }
  offset = text.find(kTag) + 1;
  return offset != 0;
}

bool HasRefusedEscape(std::string_view quoted) noexcept {
  for (std::size_t i = quoted.find('\\'); i < quoted.size(); i = quoted.find('\\', i + 2)) {
    if (quoted[i + 1] == '_' || quoted[i + 1] == 'N') return true;
  }
  return false;
}

bool EndsWithEmptyLine(std::string_view quoted) noexcept {
  const std::string_view inside = quoted.substr(0, quoted.size() - 1);
  const std::size_t last = inside.find_last_not_of(" \t\r\n");
  const std::string_view blank = inside.substr(last + 1);  // the opening quote is not blank
  return std::count(blank.begin(), blank.end(), '\n') > 1;
}

bool KeepsEmptyLines(std::string_view block) noexcept {
  return block.substr(0, std::min<std::size_t>(block.find('\n'), 3)).find('+') !=
         std::string_view::npos;
}

bool EndsWithinBlankLine(std::string_view text, std::size_t offset) noexcept {
  return text.back() == ' ' && text.find_first_not_of(" \r\n", offset) == std::string_view::npos &&
         text.find_first_not_of(' ', text.rfind('\n') + 1) == std::string_view::npos;
}

}  // namespace callgate::policy
