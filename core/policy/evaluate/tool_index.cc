#include "core/policy/evaluate/tool_index.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "core/base/text_hash.h"

namespace callgate::policy {
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
  const std::uint64_t hash = base::HashText(stem);
  std::size_t i = base::HomeSlot(hash, table.size());
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

inline void ToolIndex::Append(const Table& table, std::string_view stem, Positions& out) const {
  const std::uint64_t hash = base::HashText(stem);
  for (std::size_t i = base::HomeSlot(hash, table.size()); table[i].first != kNone;
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
