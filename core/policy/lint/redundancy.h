// What can be deleted from a context without changing a verdict.
#ifndef CALLGATE_CORE_POLICY_LINT_REDUNDANCY_H_
#define CALLGATE_CORE_POLICY_LINT_REDUNDANCY_H_

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/inclusion/context_reach.h"
#include "core/policy/lint/findings.h"
#include "core/policy/lint/tool_neighbours.h"

namespace callgate::policy {

// Each finding holds for the context without what those before it name, so that all of it can be
// deleted at once.
class Redundancy {
 public:
  // All outlive this.
  Redundancy(const ContextReach& reach, ToolNeighbours& neighbours, Findings& findings);

  // Capabilities are asked for in their order.
  void LintCapability(std::size_t capability);
  // A finding named the capability as one to delete, or, its pattern being `*`, as too wide.
  bool IsReported(std::size_t capability) const {
    return deleted_[capability] || is_too_wide_[capability];
  }
  // `is_reported` says of each entry, at the first that a text stands for, that it was found dead.
  void LintDenyList(const std::vector<bool>& is_reported);

 private:
  const Context& context() const noexcept { return reach_.context(); }
  // `other` allows whatever the capability does, on every tool, and nothing else changes without
  // it.
  bool IsInVain(std::size_t capability, std::size_t other) const;
  bool IsCovered(std::size_t capability, std::size_t other) const;
  bool ChargesAlike(std::size_t capability, std::size_t other) const;
  // Deny entries see as much without the capability.
  bool IsSeenAlike(std::size_t capability, std::size_t other) const;
  bool KeepsAddedKeys(const Capability& capability) const;
  void Count(const Capability& capability, int by);

  bool IsOnNoTool(const ToolPattern& pattern) const;
  bool IsWithinAnother(std::size_t entry, std::size_t first, std::size_t end);

  const ContextReach& reach_;
  ToolNeighbours& neighbours_;
  Findings& findings_;
  std::vector<bool> deleted_;
  std::vector<bool> is_too_wide_;
  // Pairs of deny entries that were compared; when these are as many as 1,400 entries have, lint
  // says no more of them.
  static constexpr std::size_t kMostPairs = 2'000'000;
  std::size_t pairs_ = 0;
  bool has_kinds_ = false;  // some deny entry looks at arguments
  // Of the three lists of added keys: how many capabilities add each.
  std::array<std::map<std::string, int, std::less<>>, 3> added_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_REDUNDANCY_H_
