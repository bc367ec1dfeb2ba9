// tests/vectors/policy.json: what one call is answered by one context.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "callgate/policy.h"
#include "core/policy/explain/rule_causes.h"
#include "tests/support/vectors.h"

namespace callgate {
namespace {

// Nullopt also for null.
std::optional<std::string> CodeOf(json::Value vector) {
  const auto code = vector.Find("code");
  if (!code || code->is_null()) return std::nullopt;
  return std::string(code->string());
}

std::string ArgumentsOf(json::Value vector) {
  if (auto text = test::MaybeText(vector, "arguments_json")) return *text;
  std::string text;
  json::WriteLexical(*vector.Find("arguments"), json::KeyOrder::kCodePoint, text);
  return text;
}

TEST(PolicyVectors, EveryCallIsAnsweredAsTheVectorSays) {
  const test::Vectors vectors("policy.json");
  const test::Vectors rules("policy_rules.json");
  std::set<std::string> known_rules;
  for (const json::Value rule : rules.root().elements()) known_rules.insert(test::Text(rule, "id"));
  std::map<std::string, PolicySet> policies;
  for (const json::Member policy : vectors.root().Find("policies")->members()) {
    Result<PolicySet> parsed = PolicySet::Parse(policy.value.string(), "vectors.yaml");
    ASSERT_TRUE(parsed) << policy.key << ": " << parsed.error().message << " at "
                        << parsed.error().where;
    policies.emplace(policy.key, std::move(*parsed));
  }
  for (const json::Value vector : vectors.Cases("vectors")) {
    SCOPED_TRACE(test::Text(vector, "id"));
    const PolicySet& policy = policies.at(test::Text(vector, "policy"));
    const Decision decision = policy.Evaluate(test::Text(vector, "context"),
                                              test::Text(vector, "tool"), ArgumentsOf(vector));
    EXPECT_EQ(decision.allowed(), test::Flag(vector, "allowed")) << decision.reason() << "\n"
                                                                 << ArgumentsOf(vector);
    const auto code = CodeOf(vector);
    EXPECT_EQ(decision.code().has_value(), code.has_value());
    if (decision.code() && code) {
      EXPECT_EQ(CodeName(*decision.code()), *code) << decision.reason() << "\n"
                                                   << ArgumentsOf(vector);
    }
    if (const auto capability = vector.Find("capability")) {
      EXPECT_EQ(decision.capability().has_value(), !capability->is_null());
      if (decision.capability() && !capability->is_null()) {
        EXPECT_EQ(static_cast<std::int64_t>(*decision.capability()), capability->integer());
      }
    }
    if (!decision.rule().empty()) {
      EXPECT_TRUE(known_rules.contains(std::string(decision.rule()))) << decision.rule();
    }
    for (const TriedCapability& tried : decision.details()) {
      EXPECT_TRUE(known_rules.contains(std::string(tried.rule))) << tried.rule;
    }
  }
}

TEST(PolicyVectors, EveryDenialHasOneCauseInWords) {
  const test::Vectors vectors("policy.json");
  std::map<std::string, PolicySet> policies;
  for (const json::Member policy : vectors.root().Find("policies")->members()) {
    policies.emplace(policy.key, *PolicySet::Parse(policy.value.string()));
  }
  for (const json::Value vector : vectors.Cases("vectors")) {
    if (test::Flag(vector, "allowed")) continue;
    SCOPED_TRACE(test::Text(vector, "id"));
    const Explanation explanation = policies.at(test::Text(vector, "policy"))
                                        .Explain(test::Text(vector, "context"),
                                                 test::Text(vector, "tool"), ArgumentsOf(vector));
    EXPECT_FALSE(explanation.cause.empty());
    const Decision& decision = explanation.decision;
    if (decision.rule().empty()) continue;
    const std::string_view cause = policy::CauseOf(decision.rule());
    EXPECT_FALSE(cause.empty()) << decision.rule();
    EXPECT_EQ(cause.find(" or "), std::string_view::npos) << cause;
    if (decision.code() !=
        ErrorCode::kInvalidEnvelope) {  // what is wrong with JSON, says its parser
      EXPECT_EQ(decision.reason().find(" or "), std::string::npos) << decision.reason();
    }
    EXPECT_EQ(explanation.tried.size(), decision.details().size());
    for (const std::string& tried : explanation.tried) EXPECT_FALSE(tried.empty());
  }
}

TEST(PolicyVectors, EveryResponseIsJudgedAsTheVectorSays) {
  const test::Vectors vectors("policy_responses.json");
  for (const json::Value vector : vectors.Cases("vectors")) {
    SCOPED_TRACE(test::Text(vector, "id"));
    std::string document = R"({"name":"c","capabilities":[{"tool_pattern":"x")";
    const auto limit = vector.Find("max_response_size");
    if (limit && !limit->is_null()) {
      document.append(",\"max_response_size\":").append(limit->number());
    }
    const Result<PolicySet> policy = PolicySet::Parse(document + "}]}");
    ASSERT_TRUE(policy) << policy.error().message;
    const Decision call = policy->Evaluate("c", "x", "{}");
    ASSERT_TRUE(call.allowed());
    const Decision response = call.CheckResponse(test::Text(vector, "result_json"));
    EXPECT_EQ(response.allowed(), test::Flag(vector, "allowed"));
    if (const auto code = CodeOf(vector)) {
      ASSERT_TRUE(response.code());
      EXPECT_EQ(CodeName(*response.code()), *code);
    }
  }
}

}  // namespace
}  // namespace callgate
