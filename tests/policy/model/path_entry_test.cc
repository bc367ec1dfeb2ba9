#include "core/policy/model/path_entry.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

bool Allows(std::string_view entry, std::string_view path) {
  const auto parsed = PathEntry::ParseAllowed(entry);
  EXPECT_TRUE(parsed) << entry;
  return parsed && parsed->Matches(path);
}

bool Denies(std::string_view entry, std::string_view path) {
  const auto parsed = PathEntry::ParseDenied(entry);
  EXPECT_TRUE(parsed) << entry;
  return parsed && parsed->MatchesDenied(path);
}

TEST(PathEntry, LiesBelowTheDirectoriesThatItsPathsGoThrough) {
  const auto lies = [](std::string_view entry, std::string_view directory) {
    return PathEntry::ParseDenied(entry)->LiesBelow(directory);
  };
  EXPECT_TRUE(lies("/a/b", "/"));
  EXPECT_TRUE(lies("/a/b", "/a"));
  EXPECT_TRUE(lies("/a/b/*", "/a/b"));
  EXPECT_TRUE(lies("/data/*/.ssh", "/data/x"));
  EXPECT_TRUE(lies("/", "/"));
  EXPECT_FALSE(lies("/a/b", "/ab"));
  EXPECT_FALSE(lies("/a/b", "/a/c"));
  EXPECT_FALSE(lies("/a/b", "/a/b/c"));
  EXPECT_FALSE(lies("/data/*/.ssh", "/data/x/y"));
  EXPECT_TRUE(lies("**/.git", "/w/x"));
  EXPECT_TRUE(lies("/w/**/.git", "/"));
  EXPECT_TRUE(lies("/w/**/.git", "/w/x"));
  EXPECT_FALSE(lies("/w/**/.git", "/v"));
}

TEST(PathEntry, AllowsItselfAndWhatIsBelow) {
  EXPECT_TRUE(Allows("/workspace", "/workspace"));
  EXPECT_TRUE(Allows("/workspace", "/workspace/a/b"));
  EXPECT_FALSE(Allows("/workspace", "/workspace-evil"));
  EXPECT_FALSE(Allows("/workspace", "/Workspace/a"));
  EXPECT_FALSE(Allows("/workspace", "/"));
  EXPECT_TRUE(Allows("/", "/"));
  EXPECT_TRUE(Allows("/", "/etc/passwd"));
}

TEST(PathEntry, TrailingStarAllowsWhatIsBelowButNotItself) {
  for (const std::string_view entry : {"/w/*", "/w/**"}) {
    EXPECT_FALSE(Allows(entry, "/w"));
    EXPECT_TRUE(Allows(entry, "/w/a"));
    EXPECT_TRUE(Allows(entry, "/w/a/b"));
    EXPECT_FALSE(Allows(entry, "/wx/a"));
    EXPECT_TRUE(Denies(entry, "/w"));
    EXPECT_FALSE(Denies(entry, "/wx"));
  }
  EXPECT_FALSE(Allows("/*", "/"));
  EXPECT_TRUE(Allows("/*", "/a"));
  EXPECT_TRUE(Denies("/*", "/"));
}

TEST(PathEntry, AStarElsewhereIsExactlyOneSegment) {
  EXPECT_TRUE(Allows("/data/*/pub", "/data/ann/pub"));
  EXPECT_TRUE(Allows("/data/*/pub", "/data/ann/pub/x"));
  EXPECT_FALSE(Allows("/data/*/pub", "/data/pub"));
  EXPECT_FALSE(Allows("/data/*/pub", "/data/a/b/pub"));
  EXPECT_FALSE(Allows("/data/*/pub/*", "/data/ann/pub"));
  EXPECT_TRUE(Denies("/data/*/pub/*", "/data/ann/pub"));
  EXPECT_FALSE(Allows("/*/x", "/"));
}

TEST(PathEntry, WhatIsNotAbsoluteAndNormalIsRefused) {
  for (const std::string_view bad :
       {"",        "workspace", "./a",  "/a/",     "//",          "/a//b",  "/a/./b",
        "/a/../b", "/a/..",     "/a*",  "/*a/b",   "/a/***",      "/a?",    "/a\\b",
        "/%41",    "/a\n",      "/...", "/\uFF0F", "/cafe\u0301", "/\u212A"}) {
    EXPECT_FALSE(PathEntry::ParseAllowed(bad)) << bad;
    EXPECT_FALSE(PathEntry::ParseDenied(bad)) << bad;
  }
}

TEST(PathEntry, ANameAnywhereIsDeniedWithAllBelowIt) {
  for (const std::string_view entry : {"**/.git", "/**/.git", "**/.git/*", "**/.git/**"}) {
    EXPECT_TRUE(Denies(entry, "/.git"));
    EXPECT_TRUE(Denies(entry, "/w/x/.GIT/hooks/pre-commit"));
    EXPECT_TRUE(Denies(entry, "/w/git~1/x"));
    EXPECT_FALSE(Denies(entry, "/w/.github/x"));
    EXPECT_FALSE(Denies(entry, "/"));
    EXPECT_EQ(PathEntry::ParseDenied(entry)->text, "**/.git");
  }
  EXPECT_TRUE(Denies("/w/**/.git", "/w/.git"));
  EXPECT_FALSE(Denies("/w/**/.git", "/v/.git"));
  EXPECT_FALSE(Denies("/w/**/.git", "/wx/.git"));
  EXPECT_TRUE(Denies("/data/*/**/.ssh", "/data/u/x/.ssh/id"));
  EXPECT_FALSE(Denies("/data/*/**/.ssh", "/data/.ssh"));
}

TEST(PathEntry, SeveralNamesFollowOneAnother) {
  EXPECT_TRUE(Denies("**/a/b", "/x/A/B/c"));
  EXPECT_TRUE(Denies("**/a/b", "/a/a/b"));
  EXPECT_TRUE(Denies("**/a/a/b", "/a/a/a/b"));
  EXPECT_FALSE(Denies("**/a/b", "/a/x/b"));
  EXPECT_FALSE(Denies("**/a/b", "/b/a"));
}

TEST(PathEntry, ANameBelowADirectoryIsAllowedByItself) {
  EXPECT_TRUE(Allows("/src/**/*.py", "/src/a.py"));
  EXPECT_TRUE(Allows("/src/**/*.py", "/src/x/y/a.py"));
  EXPECT_FALSE(Allows("/src/**/*.py", "/src/a.py/x"));
  EXPECT_FALSE(Allows("/src/**/*.py", "/src/a.PY"));
  EXPECT_FALSE(Allows("/src/**/*.py", "/src"));
  EXPECT_FALSE(Allows("/src/**/*.py", "/srcx/a.py"));
  EXPECT_TRUE(Allows("/**/README", "/README"));
  EXPECT_TRUE(Allows("/t/*/**/tests/test_*", "/t/u/x/tests/test_a"));
  EXPECT_FALSE(Allows("/t/*/**/tests/test_*", "/t/tests/test_a"));
  EXPECT_EQ(PathEntry::ParseAllowed("/**/README")->text, "/**/README");
}

TEST(PathEntry, NamesThatSayNothingAreRefused) {
  for (const std::string_view bad :
       {"**", "**/", "**/*", "/a/**/*", "/a/**/**", "**/a/**/b", "**/*/a", "**/a*b", "**/a:b",
        "**/..", "**/\u200B", "**//a", "a/**/b", "*/a", "**a"}) {
    EXPECT_FALSE(PathEntry::ParseDenied(bad)) << bad;
  }
  for (const std::string_view bad : {"**/a", "/a/**/b/*", "/a/**/b/**", "/a/**/*"}) {
    EXPECT_FALSE(PathEntry::ParseAllowed(bad)) << bad;
  }
  EXPECT_TRUE(PathEntry::ParseAllowed("/a/**/b:c"));
  for (const std::string_view bad : {"/a/*", "/*/a", "/a/**/b"}) {
    EXPECT_FALSE(PathEntry::ParseDirectory(bad)) << bad;
  }
  EXPECT_TRUE(PathEntry::ParseDirectory("/a/b"));
}

TEST(PathEntry, WithStarsHasAtMost63Segments) {
  std::string segments;
  for (int i = 0; i < 61; ++i) segments += "/a";
  EXPECT_TRUE(PathEntry::ParseDenied("/*" + segments + "/**/b"));
  EXPECT_TRUE(Denies("/*" + segments + "/**/b", "/x" + segments + "/y/b"));
  EXPECT_FALSE(PathEntry::ParseDenied("/*" + segments + "/a/**/b"));
  EXPECT_TRUE(PathEntry::ParseDenied("/a/a/a" + segments));
}

}  // namespace
}  // namespace callgate::policy
