#include "core/policy/values/name_segment.h"

#include <gtest/gtest.h>

#include "tests/policy/allocations.h"

namespace callgate::policy {
namespace {

bool Matches(std::string_view name, std::string_view segment) {
  const auto parsed = SegmentName::Parse(name);
  return parsed && parsed->can_be_folded() && parsed->Matches(NameSegment(segment));
}

TEST(SegmentName, MatchesWhatServersHoldToBeTheSame) {
  for (const char* same :
       {".git", ".GIT", ".Git.", ".git. .", ".git ", ".git:x", ".git::$DATA", ".g\u200Bit",
        "\uFEFF.git", ".git\u200B.", "GIT~1", "git~12", "GI7D29~1"}) {
    EXPECT_TRUE(Matches(".git", same)) << same;
  }
  for (const char* other : {".github", ".gitignore", "git", ".gi", " .git", "x:.git", "GIT~",
                            "GIT~x", "GITI~1", "GI7D2~1", "GIT~1.x", ".g\u0131t", "~1", ""}) {
    EXPECT_FALSE(Matches(".git", other)) << other;
  }
}

TEST(SegmentName, TakesAStarFirstOrLast) {
  EXPECT_TRUE(Matches("*.pem", "key.PEM"));
  EXPECT_TRUE(Matches("*.pem", ".pem"));
  EXPECT_TRUE(Matches("*.pem", "key.pem."));
  EXPECT_FALSE(Matches("*.pem", "key.pem.txt"));
  EXPECT_TRUE(Matches(".env*", ".env"));
  EXPECT_TRUE(Matches(".env*", ".ENVRC"));
  EXPECT_TRUE(Matches(".env*", "ENV~1.LOC"));
  EXPECT_TRUE(Matches(".env*", "ENVRC~1"));
  EXPECT_FALSE(Matches(".env*", "environment.ts"));
  EXPECT_FALSE(Matches(".env*", "main.c~"));
  EXPECT_TRUE(Matches("id_*", "ID_rsa"));
}

TEST(SegmentName, RefusesWhatIsNoName) {
  for (const char* bad :
       {"", "*", "**", "a*b", "*a*", "a**", ".", "..", "...", "a\\", "a?", "%41"}) {
    EXPECT_FALSE(SegmentName::Parse(bad)) << bad;
  }
  for (const char* unfolded : {"a:b", "*.", "\u200B", "\u00AD*"}) {
    ASSERT_TRUE(SegmentName::Parse(unfolded)) << unfolded;
    EXPECT_FALSE(SegmentName::Parse(unfolded)->can_be_folded()) << unfolded;
  }
}

TEST(SegmentName, MatchesBytesInAllowlists) {
  const auto name = SegmentName::Parse("*.py");
  EXPECT_TRUE(name->MatchesBytes("a.py"));
  EXPECT_TRUE(name->MatchesBytes(".py"));
  EXPECT_FALSE(name->MatchesBytes("a.PY"));
  EXPECT_FALSE(name->MatchesBytes("a.py."));
}

bool IsWithin(std::string_view inner, std::string_view outer) {
  return SegmentName::Parse(inner)->IsWithin(*SegmentName::Parse(outer));
}

TEST(SegmentName, IsWithinWhatMatchesNoLess) {
  EXPECT_TRUE(IsWithin(".env", ".env"));
  EXPECT_TRUE(IsWithin(".ENV", ".env"));
  EXPECT_TRUE(IsWithin(".env", ".env*"));
  EXPECT_TRUE(IsWithin(".env.local", ".env*"));
  EXPECT_TRUE(IsWithin(".env.*", ".env*"));
  EXPECT_TRUE(IsWithin("a.pem", "*.pem"));
  EXPECT_TRUE(IsWithin("*.a.pem", "*.pem"));
  EXPECT_FALSE(IsWithin(".env*", ".env"));
  EXPECT_FALSE(IsWithin(".env*", ".env.*"));
  EXPECT_FALSE(IsWithin("*.pem", "a.pem"));
  EXPECT_FALSE(IsWithin("*.pem", ".pem*"));
  EXPECT_FALSE(IsWithin(".pem*", "*.pem"));
  // Its 8.3 name, PEM~1, does not end so.
  EXPECT_FALSE(IsWithin(".pem", "*.pem"));
}

TEST(SegmentName, WithinAnotherMatchesNothingThatOtherDoesNot) {
  constexpr std::string_view kNames[] = {".a",    ".a*",  ".a.b",    ".a.b*",  ".ab*", "..a",
                                         "..*",   ".*",   ".a.b.c*", ".a b*",  "a*",   "*a",
                                         "*.b.c", "b.a.", ".A.bcd",  ".a.bc*", "*.c",  ".abcdefg*"};
  constexpr std::string_view kSegments[] = {
      ".a",       ".A.b",     ".ab",      "a~1",      "AB~1",       "A~1.B",    "a~2.bcd",
      "A~1.BC",   "AB~1.C",   "A1234~1",  "AB1234~1", "AB12EF~1.B", "..a",      "a",
      "ba",       ".a.b.c",   ".b.c",     "x~1",      "x~1.c",      "ABCDEF~1", "ab12ef~1.bcd",
      ".abcdefg", "A1B2C3~1", "AABBCC~9", ".a b",     "b.a",        "_~1",      "A_B~1"};
  for (const std::string_view inner : kNames) {
    for (const std::string_view outer : kNames) {
      if (!IsWithin(inner, outer)) continue;
      for (const std::string_view segment : kSegments) {
        EXPECT_TRUE(!Matches(inner, segment) || Matches(outer, segment))
            << inner << " " << outer << " " << segment;
      }
    }
  }
}

TEST(SegmentName, WithinAnotherByBytes) {
  const auto within = [](std::string_view inner, std::string_view outer) {
    return SegmentName::Parse(inner)->AreBytesWithin(*SegmentName::Parse(outer));
  };
  EXPECT_TRUE(within("a.py", "*.py"));
  EXPECT_TRUE(within("*_test.py", "*.py"));
  EXPECT_TRUE(within("test_a*", "test_*"));
  EXPECT_TRUE(within("*.py", "*.py"));
  EXPECT_FALSE(within("*.PY", "*.py"));
  EXPECT_FALSE(within("*.py", "a.py"));
  EXPECT_FALSE(within("a*", "*a"));
}

TEST(SegmentName, OnlyAPlainNameIsSurelyCoveredOnceFolded) {
  const auto within = [](std::string_view inner, std::string_view outer) {
    return SegmentName::Parse(inner)->IsFoldedWithin(*SegmentName::Parse(outer));
  };
  EXPECT_TRUE(within(".ENV", ".env*"));
  EXPECT_FALSE(within("GIT~1", ".git"));
  EXPECT_FALSE(within("*.pem", "*.pem"));  // `x:.pem` is no such name
}

TEST(SegmentName, SamplesAreSoNamed) {
  for (const char* name : {".git", "*.pem", ".env*"}) {
    EXPECT_TRUE(Matches(name, SegmentName::Parse(name)->Sample("new"))) << name;
  }
}

TEST(NameSegment, OfAsciiTakesNoHeap) {
  const std::string segment(100000, 'A');
  const auto name = SegmentName::Parse("a*");
  const long before = test::Allocations();
  EXPECT_TRUE(name->Matches(NameSegment(segment)));
  EXPECT_EQ(test::Allocations(), before);
}

}  // namespace
}  // namespace callgate::policy
