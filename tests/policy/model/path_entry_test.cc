#include "core/policy/model/path_entry.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

bool Allows(std::string_view entry, std::string_view path) {
  const auto parsed = PathEntry::Parse(entry);
  EXPECT_TRUE(parsed) << entry;
  return parsed && parsed->Matches(path);
}

bool Denies(std::string_view entry, std::string_view path) {
  const auto parsed = PathEntry::Parse(entry);
  EXPECT_TRUE(parsed) << entry;
  return parsed && parsed->MatchesDenied(path);
}

TEST(PathEntry, LiesBelowTheDirectoriesThatItsPathsGoThrough) {
  const auto lies = [](std::string_view entry, std::string_view directory) {
    return PathEntry::Parse(entry)->LiesBelow(directory);
  };
  EXPECT_TRUE(lies("/a/b", "/"));
  EXPECT_TRUE(lies("/a/b", "/a"));
  EXPECT_TRUE(lies("/a/b/*", "/a/b"));
  EXPECT_TRUE(lies("/home/*/.ssh", "/home/x"));
  EXPECT_TRUE(lies("/", "/"));
  EXPECT_FALSE(lies("/a/b", "/ab"));
  EXPECT_FALSE(lies("/a/b", "/a/c"));
  EXPECT_FALSE(lies("/a/b", "/a/b/c"));
  EXPECT_FALSE(lies("/home/*/.ssh", "/home/x/y"));
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
  EXPECT_TRUE(Allows("/home/*/pub", "/home/ann/pub"));
  EXPECT_TRUE(Allows("/home/*/pub", "/home/ann/pub/x"));
  EXPECT_FALSE(Allows("/home/*/pub", "/home/pub"));
  EXPECT_FALSE(Allows("/home/*/pub", "/home/a/b/pub"));
  EXPECT_FALSE(Allows("/home/*/pub/*", "/home/ann/pub"));
  EXPECT_TRUE(Denies("/home/*/pub/*", "/home/ann/pub"));
  EXPECT_FALSE(Allows("/*/x", "/"));
}

TEST(PathEntry, WhatIsNotAbsoluteAndNormalIsRefused) {
  for (const std::string_view bad :
       {"", "workspace", "./a", "/a/", "//", "/a//b", "/a/./b", "/a/../b", "/a/..", "/**/a", "/a*",
        "/*a/b", "/a/***", "/a?", "/a\\b", "/%41", "/a\n", "/...", "/\uFF0F"}) {
    EXPECT_FALSE(PathEntry::Parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace callgate::policy
