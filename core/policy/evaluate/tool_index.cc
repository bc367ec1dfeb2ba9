#include "core/policy/evaluate/tool_index.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace callgate::policy {
namespace {

// Eight bytes a step. The tables are filled from the policy alone, so no caller can make
// stems collide.
std::uint64_t Hash(std::string_view text) noexcept {
  constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;
  std::uint64_t hash = text.size() * kMultiplier;
  const char* next = text.data();
  std::size_t left = text.size();
  while (left > 0) {
    std::uint64_t chunk = 0;
    if (left >= 8) {
      std::memcpy(&chunk, next, 8);
      next += 8;
      left -= 8;
    } else {
      for (; left > 0; --left) chunk = chunk << 8 | static_cast<unsigned char>(*next++);
    }
    hash = (hash ^ chunk) * kMultiplier;
    hash ^= hash >> 29;
  }
  return hash;
}

std::size_t Home(std::uint64_t hash, std::size_t slots) noexcept {
  return static_cast<std::size_t>(hash ^ (hash >> 32)) & (slots - 1);
}

}  // namespace

ToolIndex::ToolIndex(const std::vector<const ToolPattern*>& patterns)
    : next_(patterns.size(), kNone) {
  std::size_t exact = 0;
  std::size_t prefix = 0;
  for (const ToolPattern* pattern : patterns) {
    if (pattern->kind == ToolPattern::Kind::kExact) ++exact;
    if (pattern->kind == ToolPattern::Kind::kPrefix) ++prefix;
  }
  if (exact != 0) exact_.resize(std::bit_ceil(2 * exact));
  if (prefix != 0) prefix_.resize(std::bit_ceil(2 * prefix));
  for (std::uint32_t i = 0; i < patterns.size(); ++i) {
    switch (patterns[i]->kind) {
      case ToolPattern::Kind::kExact:
        Insert(exact_, patterns[i]->stem(), i);
        break;
      case ToolPattern::Kind::kPrefix:
        Insert(prefix_, patterns[i]->stem(), i);
        break;
      case ToolPattern::Kind::kAny:
        any_.push_back(i);
        break;
    }
  }
}

void ToolIndex::Insert(Table& table, std::string_view stem, std::uint32_t position) {
  const std::uint64_t hash = Hash(stem);
  std::size_t i = Home(hash, table.size());
  while (table[i].first != kNone && table[i].stem != stem) i = (i + 1) & (table.size() - 1);
  Slot& slot = table[i];
  if (slot.first == kNone) {
    slot = {hash, stem, position, position};
  } else {
    next_[slot.last] = position;
    slot.last = position;
  }
}

void ToolIndex::Append(const Table& table, std::string_view stem, Positions& out) const {
  const std::uint64_t hash = Hash(stem);
  for (std::size_t i = Home(hash, table.size()); table[i].first != kNone;
       i = (i + 1) & (table.size() - 1)) {
    if (table[i].hash != hash || table[i].stem != stem) continue;
    for (std::uint32_t position = table[i].first; position != kNone; position = next_[position]) {
      out.Append(position);
    }
    return;
  }
}

void ToolIndex::Find(std::string_view tool, Positions& out) const {
  if (!prefix_.empty()) {
    // A prefix pattern needs a character after its dot.
    for (std::size_t dot = tool.find('.'); dot < tool.size() - 1; dot = tool.find('.', dot + 1)) {
      Append(prefix_, tool.substr(0, dot + 1), out);
    }
  }
  if (!exact_.empty()) Append(exact_, tool, out);
  if (!any_.empty()) out.Append(any_.data(), any_.size());
  // Each source is ascending by itself; most tools have one.
  if (!std::is_sorted(out.begin(), out.end())) std::sort(out.begin(), out.end());
}

}  // namespace callgate::policy
