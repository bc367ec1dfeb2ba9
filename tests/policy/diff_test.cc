// PolicySet::Diff, section "Diff" of docs/policy.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "tests/policy/random_cases.h"
#include "tests/policy/relation_vectors.h"

namespace callgate {
namespace {

std::optional<std::int64_t> Number(json::Value object, std::string_view key) {
  const auto value = object.Find(key);
  return value ? value->integer() : std::nullopt;
}

// A change's witness is allowed by one side alone: the one that the change says.
void ExpectWitnessWorks(const PolicySet& set, const std::string& before, const std::string& after,
                        const PolicyChange& change) {
  const Witness& witness = *change.witness;
  const auto allowed = [&](const std::string& context) {
    return set.Evaluate(context, witness.tool, witness.arguments).allowed();
  };
  EXPECT_EQ(allowed(after), change.became_allowed) << witness.tool << " " << witness.arguments;
  EXPECT_EQ(allowed(before), !change.became_allowed) << witness.tool << " " << witness.arguments;
}

TEST(DiffVectors, EveryChangeIsFoundAsTheVectorSays) {
  const test::Vectors vectors("diff.json");
  for (const json::Value vector : vectors.Cases("vectors")) {
    const std::string contexts = test::Contexts(vector, "contexts");
    SCOPED_TRACE(test::Text(vector, "id") + " " + contexts);
    const PolicySet set = test::ParsePolicy(contexts);
    const std::string before = test::Text(vector, "before");
    const std::string after = test::Text(vector, "after");
    const auto diff = set.Diff(before, set, after);
    if (const auto code = test::MaybeText(vector, "code")) {
      ASSERT_FALSE(diff);
      EXPECT_EQ(CodeName(diff.error().code), *code);
      continue;
    }
    ASSERT_TRUE(diff);
    const json::Value expected = *vector.Find("changes");
    ASSERT_EQ(diff->changes.size(), expected.size());
    EXPECT_EQ(diff->empty(), expected.size() == 0);
    std::size_t i = 0;
    for (const json::Value change : expected.elements()) {
      const PolicyChange& found = diff->changes[i++];
      EXPECT_EQ(found.became_allowed, test::Flag(change, "became_allowed"));
      EXPECT_EQ(static_cast<std::int64_t>(found.capability), Number(change, "capability"));
      EXPECT_EQ(found.witness.has_value(), test::Flag(change, "witness")) << found.reason;
      if (const auto reason = test::MaybeText(change, "reason")) {
        EXPECT_THAT(found.reason, testing::StartsWith(*reason));
      }
      EXPECT_FALSE(found.reason.empty());
      if (found.witness) ExpectWitnessWorks(set, before, after, found);
    }
  }
}

TEST(Diff, ComparesContextsOfTwoSets) {
  const PolicySet before = test::ParsePolicy("name: c\ncapabilities: [{tool_pattern: a}]");
  const PolicySet after = test::ParsePolicy("name: c\ncapabilities: [{tool_pattern: b}]");
  const auto diff = before.Diff("c", after, "c");
  ASSERT_EQ(diff->changes.size(), 2u);
  EXPECT_TRUE(diff->changes[0].became_allowed);
  EXPECT_EQ(diff->changes[0].tool_pattern, "b");
  EXPECT_FALSE(diff->changes[1].became_allowed);
  EXPECT_EQ(diff->changes[1].tool_pattern, "a");
}

TEST(DiffProperties, IsEmptyExactlyWhenEachIsWithinTheOther) {
  std::size_t empty = 0;
  const auto& cases = test::RandomCases();
  for (const test::RandomCase& one : cases) {
    const PolicySet set = one.Parse();
    const auto diff = set.Diff("outer", set, "middle");
    const bool same =
        set.Contains("outer", "middle")->contained && set.Contains("middle", "outer")->contained;
    ASSERT_EQ(diff->empty(), same) << one.contexts;
    if (same) ++empty;
    for (const PolicyChange& change : diff->changes) {
      if (change.witness) ExpectWitnessWorks(set, "outer", "middle", change);
    }
  }
  std::cout << empty << " of " << cases.size() << " pairs without a change\n";
  EXPECT_GE(empty * 10, cases.size());
  EXPECT_LE(empty * 10, cases.size() * 9);
}

}  // namespace
}  // namespace callgate
