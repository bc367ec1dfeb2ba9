// A context with the reach of each capability, and the keys that its deny list looks at; what of it
// another does not cover.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_CONTEXT_REACH_H_
#define CALLGATE_CORE_POLICY_INCLUSION_CONTEXT_REACH_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/evaluate/compiled_context.h"
#include "core/policy/inclusion/subsumption.h"

namespace callgate::policy {

class ContextReach {
 public:
  // REQUIRES: `context` came from Compile and outlives this.
  explicit ContextReach(const Context& context);

  const Context& context() const noexcept { return context_; }
  Reached operator[](std::size_t capability) const noexcept {
    return {context_.capabilities[capability], reaches_[capability]};
  }
  std::size_t size() const noexcept { return reaches_.size(); }
  // Positions of the capabilities on a tool.
  Positions On(std::string_view tool) const;

  // Positions of the capabilities that match every tool that `patterns` match.
  std::vector<std::uint32_t> AsWideAs(const ToolPatterns& patterns) const;

  // Keys that any capability adds, without those that are of the class by their name alone.
  const KeyList& path_keys() const noexcept { return path_keys_; }
  const KeyList& domain_keys() const noexcept { return domain_keys_; }
  const KeyList& command_keys() const noexcept { return command_keys_; }

 private:
  const Context& context_;
  std::vector<CapabilityReach> reaches_;
  KeyList path_keys_;
  KeyList domain_keys_;
  KeyList command_keys_;
};

// What of a child a parent does not cover: one capability on one tool, with one sort of command.
struct Uncovered {
  std::size_t capability = 0;  // of the child
  std::string tool;
  const CommandClass* command = nullptr;
  const DenyEntry* denied = nullptr;  // the parent's entry that stops it; else none covers it
  ConstraintSet gaps;                 // none: no capability of the parent is on the tool
  std::size_t closest = 0;            // the parent's capability that leaves the fewest gaps
  bool is_compared = true;            // false: whether it is covered was not asked

  // Calls cannot tell the two apart: only a limit exceeds.
  bool is_limit() const noexcept { return gaps == kRateGap; }
};

// `outer` matches every tool that `inner` matches. Of several patterns, one of `outer` must be as
// wide as each of `inner`: two that are so only together count as not.
bool IsAsWide(const ToolPattern& outer, const ToolPattern& inner) noexcept;
bool IsAsWide(const ToolPatterns& outer, const ToolPatterns& inner) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_CONTEXT_REACH_H_
