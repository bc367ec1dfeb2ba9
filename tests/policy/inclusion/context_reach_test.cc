#include "core/policy/inclusion/context_reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Pattern;
using test::Patterns;
using test::Reaching;
using testing::ElementsAre;
using testing::IsEmpty;

bool AsWide(std::string_view outer, std::string_view inner) {
  return IsAsWide(Pattern(outer), Pattern(inner));
}

TEST(ToolPatterns, AnExactOneIsAsWideAsItself) {
  EXPECT_TRUE(AsWide("fs.read", "fs.read"));
  EXPECT_FALSE(AsWide("fs.read", "fs.write"));
  EXPECT_FALSE(AsWide("fs.read", "fs.*"));
  EXPECT_FALSE(AsWide("fs.read", "*"));
}

TEST(ToolPatterns, APrefixIsAsWideAsNamesAndPrefixesBelow) {
  EXPECT_TRUE(AsWide("fs.*", "fs.*"));
  EXPECT_TRUE(AsWide("fs.*", "fs.read"));
  EXPECT_TRUE(AsWide("fs.*", "fs.read.*"));
  EXPECT_FALSE(AsWide("fs.*", "fs."));
  EXPECT_FALSE(AsWide("fs.read.*", "fs.*"));
  EXPECT_FALSE(AsWide("fs.*", "fsx.read"));
  EXPECT_FALSE(AsWide("fs.*", "*"));
}

TEST(ToolPatterns, AStarIsAsWideAsAny) {
  EXPECT_TRUE(AsWide("*", "*"));
  EXPECT_TRUE(AsWide("*", "fs.*"));
  EXPECT_TRUE(AsWide("*", "fs.read"));
}

TEST(ToolPatterns, APrefixWithoutASeparatorIsAsWideAsThoseItBegins) {
  EXPECT_TRUE(AsWide("fs*", "fs.*"));
  EXPECT_TRUE(AsWide("fs*", "fs_read*"));
  EXPECT_TRUE(AsWide("fs*", "fsx"));
  EXPECT_FALSE(AsWide("fs*", "fs"));
  EXPECT_FALSE(AsWide("fs.*", "fs*"));
}

TEST(ToolPatterns, SeveralAreAsWideAsWhatOneOfThemIs) {
  EXPECT_TRUE(IsAsWide(Patterns("fs.*", "web.get"), Patterns("fs.read", "web.get", "fs.x.*")));
  EXPECT_FALSE(IsAsWide(Patterns("fs.*", "web.get"), Patterns("fs.read", "web.put")));
  EXPECT_FALSE(IsAsWide(Patterns("fs.*", "web.get"), Patterns("*")));
}

TEST(ContextReach, FindsTheCapabilitiesThatAreAsWide) {
  const Reaching context(
      "{tool_pattern: fs.read}, {tool_pattern: fs.*}, {tool_pattern: fs.x}, {tool_pattern: '*'}");
  EXPECT_THAT(context.reach.AsWideAs(Patterns("fs.read")), ElementsAre(0, 1, 3));
  EXPECT_THAT(context.reach.AsWideAs(Patterns("fs.*")), ElementsAre(1, 3)) << "not fs.x";
  EXPECT_THAT(context.reach.AsWideAs(Patterns("*")), ElementsAre(3));
  EXPECT_THAT(context.reach.AsWideAs(Patterns("fs.read", "web")), ElementsAre(3));
  EXPECT_THAT(Reaching("{tool_pattern: x}").reach.AsWideAs(Patterns("*")), IsEmpty());
  EXPECT_THAT(Reaching("{tool_pattern: fs.x}").reach.AsWideAs(Patterns("fs.*")), IsEmpty());
}

TEST(ContextReach, HoldsTheKeysThatAnyCapabilityAdds) {
  const Reaching context(
      "{tool_pattern: a, path_arguments: [tree, path]}, {tool_pattern: b, path_arguments: [root], "
      "domain_arguments: [mirror, url], command_arguments: [run, cmd]}");
  EXPECT_THAT(context.reach.path_keys(), ElementsAre("root", "tree"));
  EXPECT_THAT(context.reach.domain_keys(), ElementsAre("mirror"));
  EXPECT_THAT(context.reach.command_keys(), ElementsAre("run"));
}

}  // namespace
}  // namespace callgate::policy
