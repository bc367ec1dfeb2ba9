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

TEST(Decision, KnowsNothingOfACallThatCameInNoEnvelope) {
  const auto policy = PolicySet::Parse(
      "{\"name\":\"c\",\"capabilities\":[{\"tool_pattern\":\"x\"},{\"tool_pattern\":\"y\","
      "\"max_response_size\":9,\"rate_limit\":{\"calls\":2,\"per_seconds\":3}}]}");
  // Whose record would say.
  for (const Decision& decision :
       {Decision(), policy->Evaluate("c", "x", "{}"), policy->Evaluate("d", "x", "{}")}) {
    EXPECT_TRUE(decision.payload().empty());
    EXPECT_TRUE(decision.session_id().empty());
    EXPECT_TRUE(decision.subject().empty());
    EXPECT_TRUE(decision.method().empty());
    EXPECT_TRUE(decision.tool().empty());
    EXPECT_TRUE(decision.request_id().empty());
    EXPECT_TRUE(decision.arguments().empty());
    EXPECT_EQ(decision.public_key(), std::nullopt);
    EXPECT_EQ(decision.signature(), std::nullopt);
    EXPECT_EQ(decision.message_digest(), std::nullopt);
    EXPECT_TRUE(decision.policy_digest().empty());
    EXPECT_TRUE(decision.charges().empty());
    EXPECT_TRUE(decision.charged().empty());
    EXPECT_TRUE(decision.details().empty());
    EXPECT_EQ(decision.max_response_size(), std::nullopt);
    EXPECT_EQ(decision.retry_after(), std::nullopt);
    EXPECT_TRUE(decision.cause().empty());
    EXPECT_TRUE(decision.effects().empty());
  }
  EXPECT_EQ(Decision().context(), "");
  EXPECT_EQ(Decision().rule(), "");
  EXPECT_EQ(Decision().reason(), CodeMeaning(ErrorCode::kInternalError));

  const Decision allowed = policy->Evaluate("c", "y", "{}");
  EXPECT_EQ(allowed.context(), "c");
  EXPECT_EQ(allowed.rule(), "order.any-capability");
  EXPECT_EQ(allowed.reason(), "allowed by capability 1 (y)");
  EXPECT_EQ(allowed.max_response_size(), 9u);
  ASSERT_EQ(allowed.charges().size(), 1u);
  EXPECT_EQ(allowed.charges()[0].tool_pattern, "y");
  EXPECT_EQ(allowed.charges()[0].calls, 2u);
  EXPECT_EQ(allowed.charges()[0].per_seconds, 3u);
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
  EXPECT_NE(reason.find(" at /\\u001B[31m\\u000Apath"), std::string::npos) << reason;
  EXPECT_EQ(reason.find("passwd"), std::string::npos);
  const Decision turned = policy->Evaluate("c", "x", "{\"\u202Eht\u061C\u200B path\":\"/b\"}");
  EXPECT_NE(turned.reason().find(" at /\\u202Eht\\u061C\\u200B path"), std::string::npos)
      << turned.reason();
  const Decision plain = policy->Evaluate("c", "x", "{\"\u05D0 path\":\"/b\"}");
  EXPECT_NE(plain.reason().find(" at /\u05D0 path"), std::string::npos) << plain.reason();
}

// The first entry of its kind that fires, whichever argument it fires on.
TEST(Decision, ReasonNamesTheDenyEntryThatFired) {
  const auto policy = PolicySet::Parse(R"({"name": "c",
      "capabilities": [{"tool_pattern": "*", "base_directory": "/usr", "path_allowlist": ["/"]}],
      "deny_list": ["fs.delete", "fs.*:/etc", "fs.*:/usr", "*:evil.com", "*:b.com", "*:rm",
                    "*:dd"]})");
  ASSERT_TRUE(policy) << policy.error().message;
  const auto reason = [&](std::string_view tool, std::string_view arguments) {
    const Decision decision = policy->Evaluate("c", tool, arguments);
    EXPECT_EQ(decision.code(), ErrorCode::kToolExplicitlyDenied) << arguments;
    return decision.reason();
  };
  const std::string entry = "an entry of the deny list ";
  EXPECT_EQ(reason("fs.delete", "{}"),
            entry + "matches (deny.pattern) in deny entry 0 (fs.delete)");
  EXPECT_EQ(reason("fs.read", R"({"path": ["/a", "/etc/x"]})"),
            entry + "covers the path (deny.path) at /path/1 in deny entry 1 (fs.*)");
  EXPECT_EQ(reason("fs.read", R"({"path": "/usr/x"})"),
            entry + "covers the path (deny.path) at /path in deny entry 2 (fs.*)");
  EXPECT_EQ(reason("fs.read", R"({"path": "x"})"),
            entry + "may cover the relative path (deny.relative) at /path in deny entry 2 (fs.*)");
  EXPECT_EQ(reason("web", R"({"host": "b.com"})"),
            entry + "covers the host (deny.domain) at /host in deny entry 4 (*)");
  EXPECT_EQ(reason("sh", R"({"command": "dd if=x"})"),
            entry + "covers the command (deny.command) at /command in deny entry 6 (*)");
}

// It fires on what is malformed, though nothing matches; the first of the kind is named.
TEST(Decision, ReasonTellsAMalformedArgumentFromAMatch) {
  const auto policy = PolicySet::Parse(R"({"name": "c",
      "capabilities": [{"tool_pattern": "*"}], "deny_list": ["x", "*:/etc", "*:/usr"]})");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->Evaluate("c", "fs.read", R"({"path": "/a/%2e"})").reason(),
            "an argument that an entry of the deny list looks at is malformed (deny.malformed) at "
            "/path in deny entry 1 (*)");
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
  EXPECT_EQ(call.CheckResponse("\"\xFF\"").code(), ErrorCode::kInvalidJson);
  EXPECT_TRUE(policy->Evaluate("c", "y", "{}")
                  .CheckResponse(std::string(100'000, '1').insert(0, "\"") + "\"")
                  .allowed());
  EXPECT_FALSE(policy->Evaluate("c", "z", "{}").CheckResponse("{}").allowed());
}

TEST(RateCharge, KeysTellAllFourPartsApart) {
  const RateCharge one{"root", "c", "fs.*", 1, 5, 60};
  EXPECT_NE(one.Key(), (RateCharge{"root", "c", "fs.*", 2, 5, 60}).Key());
  EXPECT_NE(one.Key(), (RateCharge{"root2", "c", "fs.*", 1, 5, 60}).Key());
  EXPECT_NE((RateCharge{"0 r", "c", "1", 2, 0, 0}).Key(),
            (RateCharge{"r", "c", "1 2", 0, 0, 0}).Key());
  EXPECT_NE((RateCharge{"1 x", "c", "t", 1, 0, 0}).Key(),
            (RateCharge{"x", "c", "t", 11, 0, 0}).Key());
  EXPECT_EQ(one.Key(), (RateCharge{"root", "c", "fs.*", 1, 9, 9}).Key());
}

}  // namespace
}  // namespace callgate
