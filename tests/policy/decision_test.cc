#include "callgate/decision.h"

#include <gtest/gtest.h>

#include "callgate/policy.h"

namespace callgate {
namespace {

TEST(Decision, DeniesByDefault) {
  const Decision decision;
  EXPECT_FALSE(decision.allowed());
  EXPECT_FALSE(decision);
  EXPECT_EQ(decision.code(), ErrorCode::kInternalError);
  EXPECT_EQ(decision.capability(), std::nullopt);
  EXPECT_TRUE(decision.payload().empty());
  EXPECT_TRUE(decision.charges().empty());
  EXPECT_FALSE(decision.CheckResponse("{}").allowed());
}

TEST(Decision, ReasonNamesRuleAndPlaceWithoutControlCharacters) {
  const auto policy = PolicySet::Parse(
      "{\"name\":\"c\",\"capabilities\":[{\"tool_pattern\":\"x\","
      "\"path_allowlist\":[\"/a\"]}]}");
  ASSERT_TRUE(policy);
  const Decision decision = policy->Evaluate("c", "x", "{\"\\u001b[31m\\npath\":\"/etc/passwd\"}");
  EXPECT_EQ(decision.code(), ErrorCode::kPathNotAllowed);
  const std::string reason = decision.reason();
  EXPECT_NE(reason.find("path.every"), std::string::npos) << reason;
  EXPECT_EQ(reason.find_first_of("\n\x1b"), std::string::npos);
  EXPECT_EQ(reason.find("passwd"), std::string::npos);
}

TEST(Decision, AnUnknownContextAndMalformedCallsAreNamed) {
  const auto policy = PolicySet::Parse("{\"name\":\"c\",\"capabilities\":[]}");
  EXPECT_EQ(policy->Evaluate("d", "bad tool", "[").code(), ErrorCode::kScopeNotFound);
  EXPECT_EQ(policy->Evaluate("c", "bad tool", "{}").code(), ErrorCode::kInvalidEnvelope);
  EXPECT_EQ(policy->Evaluate("c", "x", "[]").code(), ErrorCode::kInvalidEnvelope);
  EXPECT_EQ(policy->Evaluate("c", "x", "{").code(), ErrorCode::kInvalidEnvelope);
  EXPECT_EQ(policy->Evaluate("c", "x", "{}").code(), ErrorCode::kToolNotAllowed);
}

TEST(Decision, AResponseOfExactlyTheLimitPasses) {
  const auto policy = PolicySet::Parse(
      "{\"name\":\"c\",\"capabilities\":[{\"tool_pattern\":\"x\",\"max_response_size\":9},"
      "{\"tool_pattern\":\"y\"}]}");
  const Decision call = policy->Evaluate("c", "x", "{}");
  EXPECT_EQ(call.max_response_size(), 9u);
  EXPECT_TRUE(call.CheckResponse("{ \"a\" : [1] }").allowed());
  const Decision refused = call.CheckResponse("{\"a\":[12]}");
  EXPECT_EQ(refused.code(), ErrorCode::kOutputSizeExceeded);
  EXPECT_EQ(refused.max_response_size(), 9u);
  EXPECT_EQ(call.CheckResponse("{\"a\":").code(), ErrorCode::kInvalidJson);
  EXPECT_TRUE(policy->Evaluate("c", "y", "{}")
                  .CheckResponse(std::string(100'000, '1').insert(0, "\"") + "\"")
                  .allowed());
  EXPECT_FALSE(policy->Evaluate("c", "z", "{}").CheckResponse("{}").allowed());
}

TEST(RateCharge, KeysTellAllFourPartsApart) {
  const RateCharge one{"root", "c", "fs.*", 1, 5, 60};
  EXPECT_NE(one.Key(), (RateCharge{"root", "c", "fs.*", 2, 5, 60}).Key());
  EXPECT_NE(one.Key(), (RateCharge{"root2", "c", "fs.*", 1, 5, 60}).Key());
  EXPECT_NE((RateCharge{"1 x", "c", "t", 1, 0, 0}).Key(),
            (RateCharge{"x", "c", "t", 11, 0, 0}).Key());
  EXPECT_EQ(one.Key(), (RateCharge{"root", "c", "fs.*", 1, 9, 9}).Key());
}

}  // namespace
}  // namespace callgate
