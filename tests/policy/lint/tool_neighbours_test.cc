#include "core/policy/lint/tool_neighbours.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

std::set<std::size_t> Neighbours(const ToolNeighbours& all, std::string_view pattern) {
  std::set<std::size_t> found;
  all.ForEach(test::Pattern(pattern), [&](std::size_t capability) {
    found.insert(capability);
    return true;
  });
  return found;
}

TEST(ToolNeighbours, AreThoseWithAWiderOrNarrowerPattern) {
  const test::Reaching context(
      "{tool_pattern: fs.read}, {tool_pattern: 'fs.*'}, {tool_pattern: '*'},"
      "{tool_pattern: [web.get, fs.write]}, {tool_pattern: 'fs.read.*'}, {tool_pattern: fsck}");
  const ToolNeighbours all(context.reach);
  using Set = std::set<std::size_t>;
  EXPECT_EQ(Neighbours(all, "fs.read"), (Set{0, 1, 2}));
  EXPECT_EQ(Neighbours(all, "fs.*"), (Set{0, 1, 2, 3, 4}));
  EXPECT_EQ(Neighbours(all, "*"), (Set{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(Neighbours(all, "web.get"), (Set{2, 3}));
  EXPECT_EQ(Neighbours(all, "other"), (Set{2}));
}

TEST(ToolNeighbours, AreNoLongerLookedAtWhenThatWasDoneTooOften) {
  const test::Reaching context("{tool_pattern: fs.read}, {tool_pattern: 'fs.*'}");
  ToolNeighbours all(context.reach);
  EXPECT_TRUE(all.MayLook());
  while (all.Look()) {
  }
  EXPECT_FALSE(all.MayLook());
  EXPECT_TRUE(Neighbours(all, "fs.read").empty());
}

}  // namespace
}  // namespace callgate::policy
