#include "core/gate/offered_tools.h"

namespace callgate::gate {
namespace {

std::vector<policy::PositionedPattern> Positioned(
    const std::vector<policy::ToolPattern>& patterns) {
  std::vector<policy::PositionedPattern> positioned;
  positioned.reserve(patterns.size());
  for (const policy::ToolPattern& pattern : patterns) {
    positioned.push_back({&pattern, static_cast<std::uint32_t>(positioned.size())});
  }
  return positioned;
}

}  // namespace

OfferedTools::OfferedTools(std::vector<policy::ToolPattern> patterns)
    : patterns_(std::move(patterns)), index_(Positioned(patterns_)) {}

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
