#include "core/policy/model/tool_pattern.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/ascii.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxToolName = 128;

constexpr std::array<bool, 256> kIsToolCharacter = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    const char c = static_cast<char>(byte);
    table[byte] = base::IsAsciiLetter(c) || base::IsAsciiDigit(c) ||
                  std::string_view("_.:/-").find(c) != std::string_view::npos;
  }
  return table;
}();

}  // namespace

bool IsToolName(std::string_view text) noexcept {
  if (text.empty() || text.size() > kMaxToolName) return false;
  for (const char c : text) {
    if (!kIsToolCharacter[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

std::optional<ToolPattern> ToolPattern::Parse(std::string_view text) {
  if (text == "*") return ToolPattern{Kind::kAny, std::string(text)};
  if (text == ".*") return std::nullopt;  // meant as a regular expression
  if (text.ends_with('*')) {
    // The rest of a name needs a character, and the star stands where it would be: so a prefix
    // pattern as long as a name is the longest that can match.
    const std::string_view prefix = text.substr(0, text.size() - 1);
    if (!IsToolName(prefix) || text.size() > kMaxToolName) return std::nullopt;
    return ToolPattern{Kind::kPrefix, std::string(text)};
  }
  if (!IsToolName(text)) return std::nullopt;
  return ToolPattern{Kind::kExact, std::string(text)};
}

bool ToolPattern::Matches(std::string_view tool) const noexcept {
  switch (kind) {
    case Kind::kExact:
      return tool == text;
    case Kind::kPrefix:
      return tool.size() > stem().size() && tool.starts_with(stem());
    case Kind::kAny:
      return true;
  }
  return false;
}

std::string_view ToolPattern::stem() const noexcept {
  switch (kind) {
    case Kind::kExact:
      return text;
    case Kind::kPrefix:
      return std::string_view(text).substr(0, text.size() - 1);
    case Kind::kAny:
      return {};
  }
  return {};
}

ToolPatterns ToolPatterns::Of(std::vector<ToolPattern> patterns) {
  std::ranges::sort(patterns, {}, &ToolPattern::text);
  ToolPatterns all{std::move(patterns), {}};
  for (const ToolPattern& pattern : all.list) {
    if (!all.text.empty()) all.text += ' ';
    all.text += pattern.text;
  }
  return all;
}

}  // namespace callgate::policy
