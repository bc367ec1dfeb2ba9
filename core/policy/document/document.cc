#include "core/policy/document/document.h"

#include <algorithm>
#include <cstring>

#include "core/base/ascii.h"

namespace callgate::policy {

bool Document::Add(Kind kind, Position position, std::string_view text) {
  if (nodes_.size() >= max_nodes_) return false;
  nodes_.push_back({kind, position, size() + 1, text});
  return true;
}

bool Document::Open(Kind kind, Position position) {
  const std::uint32_t index = size();
  if (!Add(kind, position, {})) return false;
  open_.push_back(index);
  return true;
}

void Document::Close() {
  nodes_[open_.back()].end = size();
  open_.pop_back();
}

std::string_view Document::Keep(std::string_view text) {
  if (text.empty()) return {};
  char* const kept = texts_.Take(text.size());
  std::memcpy(kept, text.data(), text.size());
  return {kept, text.size()};
}

Position PositionOf(std::string_view text, std::size_t offset) noexcept {
  const std::string_view before = text.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<std::uint32_t>(lines) + 1,
          static_cast<std::uint32_t>(before.size() - line_begin) + 1};
}

bool IsJsonNumber(std::string_view text) noexcept {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t begin = i;
    while (i < text.size() && base::IsAsciiDigit(text[i])) ++i;
    return i - begin;
  };
  if (i < text.size() && text[i] == '-') ++i;
  const std::size_t integer = i;
  if (digits() == 0) return false;
  if (text[integer] == '0' && i - integer > 1) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

}  // namespace callgate::policy
