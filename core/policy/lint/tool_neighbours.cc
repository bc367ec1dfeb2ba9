#include "core/policy/lint/tool_neighbours.h"

#include <algorithm>
#include <string>

namespace callgate::policy {

ToolNeighbours::ToolNeighbours(const ContextReach& reach) : reach_(reach) {
  const auto& capabilities = reach.context().capabilities;
  for (std::uint32_t i = 0; i < capabilities.size(); ++i) {
    for (const ToolPattern& pattern : capabilities[i].tool_pattern.list) {
      by_stem_.push_back({pattern.stem(), &pattern, i});
    }
  }
  std::ranges::stable_sort(by_stem_, {}, &Narrow::stem);
}

void ToolNeighbours::ForEach(const ToolPatterns& patterns,
                             const std::function<bool(std::size_t)>& visit) const {
  for (const ToolPattern& pattern : patterns.list) {
    if (!Visit(pattern, visit)) return;
  }
}

void ToolNeighbours::ForEach(const ToolPattern& pattern,
                             const std::function<bool(std::size_t)>& visit) const {
  (void)Visit(pattern, visit);
}

bool ToolNeighbours::Visit(const ToolPattern& pattern,
                           const std::function<bool(std::size_t)>& visit) const {
  if (!MayLook()) return false;
  const auto look = [&](std::size_t position) { return MayLook() && (++looks_, visit(position)); };
  // Any one tool that is matched: what is as wide matches it too.
  std::string tool(pattern.stem());
  if (pattern.kind != ToolPattern::Kind::kExact) tool += 'x';
  for (const std::uint32_t position : reach_.On(tool)) {
    const auto& patterns = reach_.context().capabilities[position].tool_pattern.list;
    const bool is_wide = std::ranges::any_of(
        patterns, [&](const ToolPattern& wide) { return IsAsWide(wide, pattern); });
    if (is_wide && !look(position)) return false;
  }
  if (pattern.kind == ToolPattern::Kind::kExact) return true;
  const auto first = std::ranges::lower_bound(by_stem_, pattern.stem(), {}, &Narrow::stem);
  for (auto narrow = first; narrow != by_stem_.end() && narrow->stem.starts_with(pattern.stem());
       ++narrow) {
    // What is as wide, too, came already.
    if (!IsAsWide(pattern, *narrow->pattern) || IsAsWide(*narrow->pattern, pattern)) continue;
    if (!look(narrow->position)) return false;
  }
  return true;
}

}  // namespace callgate::policy
