#include "core/base/shown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace callgate::base {
namespace {

TEST(Shown, OrdinaryTextIsShownAsItIs) {
  EXPECT_EQ(Shown("/workspace/ä/日本.txt"), "/workspace/ä/日本.txt");
  EXPECT_EQ(Shown(""), "");
}

TEST(Shown, WhatMovesACursorOrHidesIsEscaped) {
  EXPECT_EQ(Shown("a\nb\x1B[2J\x7F"), "a\\u000Ab\\u001B[2J\\u007F");
  EXPECT_EQ(Shown("\u202Egpj.exe"), "\\u202Egpj.exe");
  EXPECT_EQ(Shown("a\u200Bb\u0085\uFEFF"), "a\\u200Bb\\u0085\\uFEFF");
  for (const char* turning : {"\u061C", "\u200E", "\u200F", "\u202A", "\u2066", "\u2069"}) {
    EXPECT_THAT(Shown(turning), testing::StartsWith("\\u")) << turning;
  }
  EXPECT_EQ(Shown("\u061B\u0627\u05D0"), "\u061B\u0627\u05D0") << "letters of such scripts stay";
  EXPECT_EQ(Shown("\U000E0041"), "\\U000E0041");
  EXPECT_EQ(Shown(std::string_view("\0", 1)), "\\u0000");
}

TEST(Shown, BytesThatAreNoUtf8AreEscaped) {
  EXPECT_EQ(Shown("a\xFF\xC3"), "a\\xFF\\xC3");
  EXPECT_EQ(Shown("\xE2\x28\xA1"), "\\xE2(\\xA1");
  EXPECT_EQ(Shown("\xC0\xAF"), "\\xC0\\xAF");
}

TEST(Shown, LongTextIsCutAtACharacter) {
  const std::string longest(kMostShown, 'a');
  EXPECT_EQ(ShownWhole(longest + "a\n"), longest + "a\\u000A");
  EXPECT_EQ(Shown(longest), longest);
  EXPECT_EQ(Shown(longest + "a"), longest + "…");
  EXPECT_EQ(Shown(longest.substr(1) + "ä"), longest.substr(1) + "…");
}

}  // namespace
}  // namespace callgate::base
