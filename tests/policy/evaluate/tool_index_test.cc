#include "core/policy/evaluate/tool_index.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace callgate::policy {
namespace {

std::vector<std::uint32_t> Find(const ToolIndex& index, std::string_view tool) {
  Positions found;
  index.Find(tool, found);
  return {found.begin(), found.end()};
}

TEST(ToolIndex, FindsWhatMatchesOneByOneInOrder) {
  std::mt19937 random(20260217);
  const std::vector<std::string> parts = {"a", "b", "fs", "read", "x.y", "."};
  const auto part = [&] { return parts[random() % parts.size()]; };
  for (int round = 0; round < 300; ++round) {
    std::deque<ToolPattern> patterns;
    std::vector<PositionedPattern> positioned;
    std::uint32_t position = 0;
    const std::size_t count = random() % 40;
    while (patterns.size() < count) {
      std::string text = part();
      for (int more = static_cast<int>(random() % 3); more > 0; --more) text += "." + part();
      if (random() % 3 == 0) text += random() % 2 == 0 ? ".*" : "*";
      if (random() % 10 == 0) text = "*";
      auto pattern = ToolPattern::Parse(text);
      if (!pattern) continue;
      patterns.push_back(*pattern);
      if (random() % 3 != 0) ++position;
      positioned.push_back({&patterns.back(), position});
    }
    const ToolIndex index(positioned);
    for (int call = 0; call < 40; ++call) {
      std::string tool = part();
      for (int more = static_cast<int>(random() % 4); more > 0; --more) tool += "." + part();
      std::vector<std::uint32_t> expected;
      for (const auto& [pattern, at] : positioned) {
        if (pattern->Matches(tool) && (expected.empty() || expected.back() != at)) {
          expected.push_back(at);
        }
      }
      EXPECT_EQ(Find(index, tool), expected) << tool;
    }
  }
}

}  // namespace
}  // namespace callgate::policy
