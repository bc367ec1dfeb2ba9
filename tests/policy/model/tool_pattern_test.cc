#include "core/policy/model/tool_pattern.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

bool Match(std::string_view pattern, std::string_view tool) {
  const auto parsed = ToolPattern::Parse(pattern);
  return parsed && parsed->Matches(tool);
}

TEST(ToolName, HasOnlyItsAlphabetAndLength) {
  EXPECT_TRUE(IsToolName("fs.read"));
  EXPECT_TRUE(IsToolName("mcp:server/tool_1-x"));
  EXPECT_TRUE(IsToolName(std::string(128, 'a')));
  EXPECT_FALSE(IsToolName(std::string(129, 'a')));
  for (const std::string_view bad : {"", "fs read", "fs.read\n", "fs.*",
                                     "fs.re\xD0\xB0"
                                     "d",
                                     "fs\\read", "fs.read "}) {
    EXPECT_FALSE(IsToolName(bad)) << bad;
  }
  EXPECT_FALSE(IsToolName(std::string_view("fs\0read", 7)));
}

TEST(ToolPattern, ExactMatchesByteForByte) {
  EXPECT_TRUE(Match("fs.read", "fs.read"));
  EXPECT_FALSE(Match("fs.read", "fs.Read"));
  EXPECT_FALSE(Match("fs.read", "fs.read.x"));
  EXPECT_FALSE(Match("fs.read", "fs.rea"));
}

TEST(ToolPattern, APrefixMatchesLongerNamesThatBeginWithIt) {
  EXPECT_TRUE(Match("fs.*", "fs.read"));
  EXPECT_TRUE(Match("fs.*", "fs.read.x"));
  for (const std::string_view other : {"fs", "fs.", "fsx", "fsevil.rm", "xfs.read"}) {
    EXPECT_FALSE(Match("fs.*", other)) << other;
  }
  EXPECT_TRUE(Match("github_list_*", "github_list_issues"));
  EXPECT_TRUE(Match("github_list_*", "github_list__"));
  for (const std::string_view other :
       {"github_list", "github_list_", "github_lists", "Github_list_x"}) {
    EXPECT_FALSE(Match("github_list_*", other)) << other;
  }
  EXPECT_TRUE(Match("a:b/*", "a:b/c"));
}

TEST(ToolPattern, AnythingElseIsNoPattern) {
  EXPECT_TRUE(ToolPattern::Parse("*"));
  EXPECT_TRUE(ToolPattern::Parse("fs*"));
  EXPECT_TRUE(ToolPattern::Parse(std::string(127, 'a') + "*"));
  EXPECT_FALSE(ToolPattern::Parse(std::string(128, 'a') + "*"));
  for (const std::string_view bad :
       {"", ".*", "*.read", "fs.*.*", "fs.*x", "**", "f*s", "f s", "f s*"}) {
    EXPECT_FALSE(ToolPattern::Parse(bad)) << bad;
  }
}

TEST(ToolPatterns, AreTheSameInWhateverOrder) {
  const auto of = [](std::string_view one, std::string_view two) {
    return ToolPatterns::Of({*ToolPattern::Parse(one), *ToolPattern::Parse(two)}).text;
  };
  EXPECT_EQ(of("web.get", "fs.*"), "fs.* web.get");
  EXPECT_EQ(of("fs.*", "web.get"), "fs.* web.get");
}

}  // namespace
}  // namespace callgate::policy
