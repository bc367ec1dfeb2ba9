// Which capabilities of a context share tools.
#ifndef CALLGATE_CORE_POLICY_LINT_TOOL_NEIGHBOURS_H_
#define CALLGATE_CORE_POLICY_LINT_TOOL_NEIGHBOURS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "core/policy/inclusion/context_reach.h"

namespace callgate::policy {

class ToolNeighbours {
 public:
  // `reach` outlives this.
  explicit ToolNeighbours(const ContextReach& reach);

  // Calls `visit` with the positions of the capabilities that share a tool with `patterns`, as far
  // as one of two patterns is as wide as the other, until it returns false. One may come twice.
  void ForEach(const ToolPatterns& patterns, const std::function<bool(std::size_t)>& visit) const;
  void ForEach(const ToolPattern& pattern, const std::function<bool(std::size_t)>& visit) const;

  // Each comparison of two capabilities counts. The bound is what 10,000 capabilities on a few
  // tools each need; beyond it lint stops comparing, since a context with that many capabilities on
  // one tool would take too long.
  bool MayLook() const noexcept { return looks_ < kMostLooks; }
  bool Look() noexcept { return MayLook() && (++looks_, true); }

 private:
  static constexpr std::size_t kMostLooks = 400'000;
  struct Narrow {
    std::string_view stem;
    const ToolPattern* pattern;
    std::uint32_t position;
  };

  bool Visit(const ToolPattern& pattern, const std::function<bool(std::size_t)>& visit) const;

  const ContextReach& reach_;
  std::vector<Narrow> by_stem_;  // sorted
  mutable std::size_t looks_ = 0;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_TOOL_NEIGHBOURS_H_
