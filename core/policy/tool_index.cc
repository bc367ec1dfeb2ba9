#include "core/policy/tool_index.h"

#include <algorithm>
#include <bit>

namespace callgate::policy {
namespace {

// FNV-1a: byte by byte, so that one pass over a name yields the hash of each of its prefixes. The
// tables are filled from the policy alone, so nobody who calls can make stems collide.
constexpr std::uint64_t kBasis = 0xcbf29ce484222325;
constexpr std::uint64_t Step(std::uint64_t hash, char c) noexcept {
  return (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
}

std::uint64_t Hash(std::string_view text) noexcept {
  std::uint64_t hash = kBasis;
  for (const char c : text) hash = Step(hash, c);
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

void ToolIndex::Append(const Table& table, std::uint64_t hash, std::string_view stem,
                       Positions& out) const {
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
  if (!exact_.empty() || !prefix_.empty()) {
    std::uint64_t hash = kBasis;
    for (std::size_t i = 0; i < tool.size(); ++i) {
      hash = Step(hash, tool[i]);
      // A prefix pattern needs a character after its dot.
      if (tool[i] == '.' && i + 1 < tool.size() && !prefix_.empty()) {
        Append(prefix_, hash, tool.substr(0, i + 1), out);
      }
    }
    if (!exact_.empty()) Append(exact_, hash, tool, out);
  }
  if (!any_.empty()) out.Append(any_.data(), any_.size());
  // Each source is ascending by itself; most tools have one.
  if (!std::is_sorted(out.begin(), out.end())) std::sort(out.begin(), out.end());
}

}  // namespace callgate::policy
