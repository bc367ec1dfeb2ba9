#include "core/base/nearest.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace callgate::base {
namespace {

std::string NearestOf(std::string_view misspelt, std::initializer_list<std::string_view> names) {
  Nearest nearest(misspelt);
  for (const std::string_view name : names) nearest.Offer(name);
  return nearest.name();
}

TEST(Nearest, OneLetterMoreLessElseOrSwappedIsOneMistake) {
  for (const std::string_view written : {"pathh", "pth", "pabh", "apth"}) {
    EXPECT_EQ(Misspelling(written, "path", 3), 1u) << written;
    EXPECT_EQ(Misspelling("path", written, 3), 1u) << written;
  }
  EXPECT_EQ(Misspelling("PATH", "path", 3), 0u);
  EXPECT_EQ(Misspelling("kitten", "sitting", 9), 3u);
  EXPECT_EQ(Misspelling("", "abc", 9), 3u);
}

TEST(Nearest, WhatIsFurtherThanAskedIsNotCounted) {
  EXPECT_EQ(Misspelling("kitten", "sitting", 2), 3u);
  EXPECT_EQ(Misspelling("a", "abcdefgh", 2), 3u);
  const std::string longest(128, 'a');
  EXPECT_EQ(Misspelling(longest, longest.substr(1), 2), 1u);
  EXPECT_EQ(Misspelling(longest + "a", longest, 2), 3u);
}

TEST(Nearest, TheNearestNameIsMeantTheFirstOfSeveral) {
  EXPECT_EQ(NearestOf("tool_patern", {"constraints", "tool_pattern", "arguments"}), "tool_pattern");
  EXPECT_EQ(NearestOf("fs.raed", {"fs.write", "fs.ready", "fs.read"}), "fs.read");
  EXPECT_EQ(NearestOf("fs.rea", {"fs.reap", "fs.read"}), "fs.reap");
}

TEST(Nearest, AnotherNameIsNotMeant) {
  EXPECT_EQ(NearestOf("path", {"url", "content", "mode"}), "");
  EXPECT_EQ(NearestOf("a", {"b"}), "");  // every letter differs
  EXPECT_EQ(NearestOf("", {"a"}), "");
  EXPECT_EQ(Nearest("path").Question(), "");
}

TEST(Nearest, AsksWithWhatIsToBeShown) {
  Nearest nearest("fs.raed");
  nearest.Offer("fs.read", "fs.*");
  EXPECT_EQ(nearest.Question(), "; did you mean fs.*?");
}

}  // namespace
}  // namespace callgate::base
