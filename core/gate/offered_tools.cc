#include "core/gate/offered_tools.h"

namespace callgate::gate {
namespace {

std::vector<const policy::ToolPattern*> PointersTo(
    const std::vector<policy::ToolPattern>& patterns) {
  std::vector<const policy::ToolPattern*> pointers;
  pointers.reserve(patterns.size());
  for (const policy::ToolPattern& pattern : patterns) pointers.push_back(&pattern);
  return pointers;
}

}  // namespace

OfferedTools::OfferedTools(std::vector<policy::ToolPattern> patterns)
    : patterns_(std::move(patterns)), index_(PointersTo(patterns_)) {}

OfferedToolsPtr OfferedTools::Parse(const std::vector<std::string>& patterns) {
  std::vector<policy::ToolPattern> parsed;
  parsed.reserve(patterns.size());
  for (const std::string& text : patterns) {
    auto pattern = policy::ToolPattern::Parse(text);
    if (!pattern) return nullptr;
    parsed.push_back(std::move(*pattern));
  }
  return std::make_shared<const OfferedTools>(std::move(parsed));
}

bool OfferedTools::Include(std::string_view tool) const {
  policy::Positions positions;
  index_.Find(tool, positions);
  return !positions.empty();
}

}  // namespace callgate::gate
