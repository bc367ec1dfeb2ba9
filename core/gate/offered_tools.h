// The tools that there are, as the host of a gate last told.
#ifndef CALLGATE_CORE_GATE_OFFERED_TOOLS_H_
#define CALLGATE_CORE_GATE_OFFERED_TOOLS_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/policy/evaluate/tool_index.h"
#include "core/policy/model/tool_pattern.h"

namespace callgate::gate {

// Immutable.
class OfferedTools {
 public:
  // Null where one of `patterns` is no tool pattern.
  static std::shared_ptr<const OfferedTools> Parse(const std::vector<std::string>& patterns);
  explicit OfferedTools(std::vector<policy::ToolPattern> patterns);
  OfferedTools(const OfferedTools&) = delete;
  OfferedTools& operator=(const OfferedTools&) = delete;

  // REQUIRES: IsToolName(tool).
  [[nodiscard]] bool Include(std::string_view tool) const;

 private:
  const std::vector<policy::ToolPattern> patterns_;
  const policy::ToolIndex index_;
};

// Null: what there is is not known, and nothing is refused for it.
using OfferedToolsPtr = std::shared_ptr<const OfferedTools>;

}  // namespace callgate::gate

#endif  // CALLGATE_CORE_GATE_OFFERED_TOOLS_H_
