#include "core/policy/values/glob.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

TEST(Glob, BeginsAtAPlaceOrClimbs) {
  for (const std::string_view glob : {"/", "/etc/**", " /etc/*\n", "~/x", "C:/x", "c:", "../*",
                                      "a/../*", "a/..", "/a/{b,c}/[d]?"}) {
    EXPECT_TRUE(IsGlob(glob)) << glob;
  }
  for (const std::string_view other :
       {"", "**/*.ts", "src/*", "./src/*", "a..b", "..a/*", "ab:c"}) {
    EXPECT_FALSE(IsGlob(other)) << other;
  }
}

TEST(Glob, HoldsNothingOfRegularExpressionsOnOneLine) {
  for (const std::string_view other : {"/a\\b", "/(a)", "/a|b", "/a+", "^/a", "/a^", "/a$", "/.*",
                                       "//.*TODO", "/a\nb", "/a\x01"}) {
    EXPECT_FALSE(IsGlob(other)) << other;
  }
}

TEST(Glob, IsKnownByItsWholeSegmentsBeforeTheFirstWildcard) {
  EXPECT_EQ(GlobDirectory("/etc/**"), "/etc/");
  EXPECT_EQ(GlobDirectory("/etc/pass*"), "/etc/");
  EXPECT_EQ(GlobDirectory("/etc/a?/b"), "/etc/");
  EXPECT_EQ(GlobDirectory("/[e]tc"), "/");
  EXPECT_EQ(GlobDirectory("/{a,b}"), "/");
  EXPECT_EQ(GlobDirectory(" /etc/passwd\n"), "/etc/passwd");
  for (const std::string_view anywhere : {"~/x", "C:/x", "../x", "/a/../*"}) {
    EXPECT_EQ(GlobDirectory(anywhere), "") << anywhere;
  }
}

}  // namespace
}  // namespace callgate::policy
