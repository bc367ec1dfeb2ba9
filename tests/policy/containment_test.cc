// The ceiling: contains(parent, child), section "Ceiling" of docs/policy.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "callgate/policy.h"
#include "tests/support/vectors.h"

namespace callgate {
namespace {

PolicySet Set(std::string_view text) {
  auto set = PolicySet::Parse(text);
  EXPECT_TRUE(set) << set.error().message << " at " << set.error().where;
  return *set;
}

std::string Compact(json::Value value) {
  std::string text;
  json::WriteLexical(value, json::KeyOrder::kCodePoint, text);
  return text;
}

TEST(ContainmentVectors, EveryPairIsAnsweredAsTheVectorSays) {
  const test::Vectors vectors("contains.json");
  for (const json::Value vector : vectors.Cases("vectors")) {
    const std::string contexts = Compact(*vector.Find("contexts"));
    SCOPED_TRACE(test::Text(vector, "id") + " " + contexts);
    const PolicySet set = Set(contexts);
    const std::string parent = test::Text(vector, "parent");
    const std::string child = test::Text(vector, "child");
    const auto containment = set.Contains(parent, child);
    if (const auto code = test::MaybeText(vector, "code")) {
      ASSERT_FALSE(containment);
      EXPECT_EQ(CodeName(containment.error().code), *code);
      continue;
    }
    ASSERT_TRUE(containment);
    EXPECT_EQ(containment->contained, test::Flag(vector, "contained")) << containment->reason;
    EXPECT_EQ(containment->reason.empty(), containment->contained);
    EXPECT_EQ(containment->witness.has_value(), test::Flag(vector, "witness"))
        << containment->reason;
    if (const auto reason = test::MaybeText(vector, "reason")) {
      EXPECT_THAT(containment->reason, testing::StartsWith(*reason));
    }
    if (!containment->witness) continue;
    const Witness& witness = *containment->witness;
    if (const auto tool = test::MaybeText(vector, "tool")) {
      EXPECT_EQ(witness.tool, *tool);
    }
    EXPECT_TRUE(set.Evaluate(child, witness.tool, witness.arguments)) << witness.arguments;
    EXPECT_FALSE(set.Evaluate(parent, witness.tool, witness.arguments)) << witness.arguments;
  }
}

TEST(RandomVectors, EveryPairAndEveryCallIsAnsweredAsTheVectorSays) {
  const test::Vectors vectors("random.json");
  for (const json::Value vector : vectors.Cases("vectors")) {
    const std::string contexts = Compact(*vector.Find("contexts"));
    SCOPED_TRACE(test::Text(vector, "id") + " " + contexts);
    const PolicySet set = Set(contexts);
    EXPECT_EQ(set.Contains("outer", "middle")->contained, test::Flag(vector, "contained"));
    for (const json::Value call : vector.Find("calls")->elements()) {
      const std::string arguments = Compact(*call.Find("arguments"));
      for (const char* context : {"outer", "middle"}) {
        const Decision decision = set.Evaluate(context, test::Text(call, "tool"), arguments);
        const json::Value code = *call.Find(context);
        EXPECT_EQ(decision.code() ? CodeName(*decision.code()) : "allowed",
                  code.is_null() ? "allowed" : code.string())
            << context << " " << arguments;
      }
    }
  }
}

TEST(Containment, AContextIsWithinItself) {
  const PolicySet set = Set(R"(
name: build
capabilities:
  - {tool_pattern: "fs.*", path_allowlist: [/workspace], free_arguments: [note]}
  - {tool_pattern: "cmd.run", command_allowlist: [git, npm test], exec: argv}
deny_list: [fs.delete, "fs.*:/workspace/.git", "cmd.run:git push"]
)");
  EXPECT_TRUE(set.Contains("build", "build")->contained);
}

TEST(Containment, AnUnknownContextIsAnError) {
  const PolicySet set = Set("name: a\ncapabilities: []");
  EXPECT_EQ(set.Contains("a", "b").error().code, ErrorCode::kScopeNotFound);
  EXPECT_EQ(set.Contains("b", "a").error().code, ErrorCode::kScopeNotFound);
}

TEST(Containment, ALimitThatExceedsIsTheReason) {
  const PolicySet set = Set(R"(
- name: parent
  capabilities: [{tool_pattern: web, rate_limit: {calls: 20, per_seconds: 60}}]
- name: child
  capabilities: [{tool_pattern: web, rate_limit: {calls: 7, per_seconds: 20}}]
)");
  const auto containment = set.Contains("parent", "child");
  EXPECT_FALSE(containment->contained);
  EXPECT_THAT(containment->reason, testing::HasSubstr("rate_limit of capability 0 (web)"));
}

TEST(Containment, TenThousandCapabilitiesOfDistinctToolsAreComparedOneByOne) {
  std::string text = R"([{"name":"many","capabilities":[)";
  for (int i = 0; i < 10'000; ++i) {
    text += (i == 0 ? "" : ",") + std::string(R"({"tool_pattern":"tool)") + std::to_string(i) +
            R"(.run","path_allowlist":["/workspace/)" + std::to_string(i) + R"("]})";
  }
  text += R"(]},{"name":"one","capabilities":[{"tool_pattern":"tool77.run",)"
          R"("path_allowlist":["/workspace/77/x"]}]}])";
  const PolicySet set = Set(text);
  EXPECT_TRUE(set.Contains("many", "many")->contained);
  EXPECT_TRUE(set.Contains("many", "one")->contained);
  EXPECT_FALSE(set.Contains("one", "many")->contained);
}

}  // namespace
}  // namespace callgate
