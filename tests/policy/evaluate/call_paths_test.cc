#include "core/policy/evaluate/call_paths.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

TEST(CallPaths, RemembersEachArgumentByItself) {
  const auto document = json::Parse(R"({"a": "/a", "b": "/b/../c", "c": "", "d": "d", "e": "~"})");
  ASSERT_TRUE(document);
  const Arguments arguments(document->root());
  CallPaths paths(arguments);
  for (int round = 0; round < 2; ++round) {
    for (const std::uint32_t item : {0, 1, 2, 3, 4, 2, 0, 4, 1, 3, 3}) {
      const PathJudgement expected = JudgePath(arguments[item].value.string());
      const PathJudgement judgement = paths.Judge(item);
      EXPECT_EQ(judgement.rule, expected.rule) << item;
      EXPECT_EQ(judgement.is_normal, expected.is_normal) << item;
      EXPECT_EQ(judgement.is_plain, expected.is_plain) << item;
    }
  }
}

TEST(CallPaths, ABaseIsWhatItsArgumentHolds) {
  const auto document = json::Parse(R"({"a": "/w//x/", "b": "w", "c": "/w/../x", "d": 1})");
  ASSERT_TRUE(document);
  const Arguments arguments(document->root());
  CallPaths paths(arguments);
  const auto kind_in = [](const char* argument) {
    PathKind kind;
    kind.base_argument = argument;
    return kind;
  };
  const PathKind in_a = kind_in("a");
  const PathKind others[] = {kind_in(""), kind_in("b"), kind_in("c"), kind_in("d"), kind_in("e")};
  PathKind fixed;
  fixed.base = PathEntry::ParseDirectory("/z");
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(paths.BaseOf(in_a).text, "/w/x");
    EXPECT_EQ(paths.BaseOf(fixed).text, "/z");
    for (const PathKind& other : others) EXPECT_EQ(paths.BaseOf(other).text, "");
  }
}

}  // namespace
}  // namespace callgate::policy
