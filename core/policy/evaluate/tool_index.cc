#include "core/policy/evaluate/tool_index.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

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

ToolIndex::ToolIndex(const std::vector<PositionedPattern>& patterns) {
  std::size_t exact = 0;
  std::size_t prefix = 0;
  links_.reserve(patterns.size());
  for (const auto& [pattern, position] : patterns) {
    if (pattern->kind == ToolPattern::Kind::kExact) ++exact;
    if (pattern->kind == ToolPattern::Kind::kPrefix) ++prefix;
    links_.push_back({position});
  }
  if (exact != 0) exact_.resize(std::bit_ceil(2 * exact));
  if (prefix != 0) prefix_.resize(std::bit_ceil(2 * prefix));
  for (std::uint32_t i = 0; i < patterns.size(); ++i) {
    const ToolPattern& pattern = *patterns[i].pattern;
    switch (pattern.kind) {
      case ToolPattern::Kind::kExact:
        Insert(exact_, pattern.stem(), i);
        break;
      case ToolPattern::Kind::kPrefix:
        Insert(prefix_, pattern.stem(), i);
        AddProbe(pattern.stem());
        break;
      case ToolPattern::Kind::kAny:
        any_.push_back(patterns[i].position);
        break;
    }
  }
}

void ToolIndex::Insert(Table& table, std::string_view stem, std::uint32_t link) {
  const std::uint64_t hash = Hash(stem);
  std::size_t i = Home(hash, table.size());
  while (table[i].first != kNone && table[i].stem != stem) i = (i + 1) & (table.size() - 1);
  Slot& slot = table[i];
  if (slot.first == kNone) {
    slot = {hash, stem, link, link};
  } else {
    links_[slot.last].next = link;
    slot.last = link;
  }
}

void ToolIndex::AddProbe(std::string_view stem) {
  const auto at = std::ranges::lower_bound(probes_, stem.size(), {}, &Probe::size);
  if (at == probes_.end() || at->size != stem.size()) {
    probes_.insert(at, {stem.size(), stem.back()});
  } else if (at->last != stem.back()) {
    at->last = '\0';
  }
}

void ToolIndex::Append(const Table& table, std::string_view stem, Positions& out) const {
  const std::uint64_t hash = Hash(stem);
  for (std::size_t i = Home(hash, table.size()); table[i].first != kNone;
       i = (i + 1) & (table.size() - 1)) {
    if (table[i].hash != hash || table[i].stem != stem) continue;
    for (std::uint32_t link = table[i].first; link != kNone; link = links_[link].next) {
      out.Append(links_[link].position);
    }
    return;
  }
}

void ToolIndex::Find(std::string_view tool, Positions& out) const {
  for (const auto& [size, last] : probes_) {
    if (size >= tool.size()) break;  // a prefix needs a character after it
    if (last != '\0' && tool[size - 1] != last) continue;
    Append(prefix_, tool.substr(0, size), out);
  }
  if (!exact_.empty()) Append(exact_, tool, out);
  if (!any_.empty()) out.Append(any_.data(), any_.size());
  // Each source is ascending and unique by itself; most tools have one.
  if (std::ranges::adjacent_find(out, std::ranges::greater_equal()) != out.end()) {
    std::ranges::sort(out);
    out.Truncate(static_cast<std::size_t>(std::unique(out.begin(), out.end()) - out.begin()));
  }
}

}  // namespace callgate::policy
