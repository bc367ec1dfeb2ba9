#include "core/policy/values/glob_segment.h"

#include <gtest/gtest.h>

#include <string>

namespace callgate::policy {
namespace {

TEST(GlobSegment, BracesAroundAListDeny) {
  for (const char* bad : {"{a,b}", "/w/{.env,x}", "{1..3}", "a{b,{c}}", "{{a},b}", "{/w,/etc}"}) {
    EXPECT_EQ(JudgeGlobs(bad), "path.braces") << bad;
  }
  for (const char* good : {"{slug}", "a,b", "{a", "a}", "{a},{b}", "{a}..{b}", "}a,b{"}) {
    EXPECT_EQ(JudgeGlobs(good), "") << good;
  }
}

TEST(GlobSegment, WhatCouldBeTwoDotsDenies) {
  for (const char* bad : {"[.].", "a/.[.]/b", "[.][.]", "[!a][^b]", ".[+-/]", "@(..)", ".@(.)",
                          "a/!(x)", "+(.)", "@(app)", "[[:punct:]]x", "@(a", "[+-/]env", "[a/b]"}) {
    EXPECT_EQ(JudgeGlobs(bad), "path.glob") << bad;
  }
  for (const char* good : {"[id]", "[...slug]", "+page@(app).svelte", "(group)", "[.", "a[.].",
                           "x@(.)", "[..]x", "a(b)", "[a/b", "a]/[b"}) {
    EXPECT_EQ(JudgeGlobs(good), "") << good;
  }
}

TEST(GlobSegment, LongerSegmentsThanFilesHaveDeny) {
  const std::string longest(252, 'x');
  EXPECT_EQ(JudgeGlobs(longest + "[a]"), "");
  EXPECT_EQ(JudgeGlobs(longest + "x[a]"), "path.glob");
  EXPECT_EQ(JudgeGlobs(longest + "x/[a]"), "");
}

TEST(GlobSegment, ABracketIsAnyCharacterThatItMayMatch) {
  const auto could_be = [](const char* segment, const char* text) {
    return CouldBe(segment, {text, false, false, false});
  };
  EXPECT_TRUE(could_be("[.]env", ".env"));
  EXPECT_TRUE(could_be(".e[a-z]v", ".env"));
  EXPECT_TRUE(could_be(".e[!x]v", ".env"));
  EXPECT_TRUE(could_be("[]].x", "].x"));
  EXPECT_TRUE(could_be(".@(env)", ".env"));
  EXPECT_TRUE(could_be("+(.)env", ".env"));
  EXPECT_FALSE(could_be("[.]env", ".envx"));
  EXPECT_FALSE(could_be("[a-z]env", ".env"));
  EXPECT_FALSE(could_be("[.]ENV", ".env"));
  EXPECT_FALSE(could_be("[id]", "id"));
}

TEST(GlobSegment, ANameIsComparedAsServersDo) {
  const SegmentShape name{".env", false, false, true};
  for (const char* same : {"[.]ENV", ".[Ee]nv", "[.]env.", "[.]env :x", "[.]env:x", ".en[V]. ."}) {
    EXPECT_TRUE(CouldBe(same, name)) << same;
  }
  for (const char* other : {"[.]envx", "x[.]env", "[.]en", "[.]env.x"}) {
    EXPECT_FALSE(CouldBe(other, name)) << other;
  }
  EXPECT_TRUE(CouldBe("[.]env.local", {".env", false, true, true}));
  EXPECT_TRUE(CouldBe("server.[p]em", {".pem", true, false, true}));
  EXPECT_FALSE(CouldBe("server.[p]emx", {".pem", true, false, true}));
}

}  // namespace
}  // namespace callgate::policy
