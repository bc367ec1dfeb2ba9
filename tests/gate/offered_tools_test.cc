#include <gtest/gtest.h>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

using Patterns = std::vector<std::string>;

constexpr std::string_view kRead = R"({"path":"/workspace/a"})";

TEST(OfferedTools, ACallOfAToolThatIsNotThereIsDenied) {
  Scene scene;
  ASSERT_TRUE(scene.gate->SetOfferedTools(Patterns{"fs.read", "web.get"}));
  EXPECT_TRUE(scene.gate->Authorize(scene.Call("fs.read", kRead), kNoon).allowed());
  const Decision denied = scene.gate->Authorize(scene.Call("fs.write", kRead), kNoon);
  EXPECT_EQ(denied.code(), ErrorCode::kToolNotAllowed);
  EXPECT_EQ(denied.cause(), "unknown_tool");
  EXPECT_EQ(denied.reason(), "no tool server offers this tool");
  EXPECT_EQ(denied.rule(), "");
  EXPECT_EQ(denied.tool(), "fs.write");
  EXPECT_EQ(denied.context(), "default");
  EXPECT_TRUE(denied.payload().empty());
}

TEST(OfferedTools, TheEnvelopeIsSeenAndNothingIsCharged) {
  Scene scene;
  ASSERT_TRUE(scene.gate->SetOfferedTools(Patterns{}));
  const std::string envelope = scene.Call("web.get", "{}");
  for (int i = 0; i < 5; ++i) {
    const Decision denied = scene.gate->Authorize(scene.Call("web.get", "{}"), kNoon);
    EXPECT_EQ(denied.cause(), "unknown_tool");
    EXPECT_FALSE(denied.effects().empty());
    EXPECT_TRUE(denied.charged().empty());
  }
  EXPECT_EQ(scene.gate->Authorize(envelope, kNoon).cause(), "unknown_tool");
  EXPECT_EQ(scene.gate->Authorize(envelope, kNoon).cause(), "already_seen");
  ASSERT_TRUE(scene.gate->SetOfferedTools(Patterns{"web.get"}));
  EXPECT_EQ(scene.gate->Authorize(envelope, kNoon).cause(), "already_seen");
  // Its rate is 3 calls a minute.
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(scene.gate->Authorize(scene.Call("web.get", "{}"), kNoon).allowed());
  }
  EXPECT_EQ(scene.gate->Authorize(scene.Call("web.get", "{}"), kNoon).code(),
            ErrorCode::kRateLimitExceeded);
}

TEST(OfferedTools, APlanOfSuchACallHasNoCharges) {
  Scene scene;
  ASSERT_TRUE(scene.gate->SetOfferedTools(Patterns{"fs.*"}));
  Plan plan = scene.gate->MakePlan(scene.Call("web.get", "{}"), kNoon);
  EXPECT_TRUE(plan.replay_key().has_value());
  EXPECT_TRUE(plan.charges().empty());
  EXPECT_EQ(plan.Finish(Committed{}).cause(), "unknown_tool");
}

// Who may not call a tool does not learn whether it is there.
TEST(OfferedTools, PolicyIsAskedFirst) {
  Scene scene;
  ASSERT_TRUE(scene.gate->SetOfferedTools(Patterns{"db.drop"}));
  for (const auto& [tool, arguments, code] :
       {std::tuple{"db.drop", "{}", ErrorCode::kToolNotAllowed},
        {"db.other", "{}", ErrorCode::kToolNotAllowed},
        {"fs.delete", "{}", ErrorCode::kToolExplicitlyDenied},
        {"fs.none", R"({"path":"/etc/passwd"})", ErrorCode::kPathNotAllowed}}) {
    const Decision denied = scene.gate->Authorize(scene.Call(tool, arguments), kNoon);
    EXPECT_EQ(denied.code(), code) << tool;
    EXPECT_EQ(denied.cause(), "") << tool;
  }
}

TEST(OfferedTools, APatternStandsForWhatIsNotListedYet) {
  Scene scene;
  ASSERT_TRUE(scene.gate->SetOfferedTools(Patterns{"fs.*", "web.get"}));
  EXPECT_TRUE(scene.gate->Authorize(scene.Call("fs.anything", kRead), kNoon).allowed());
  ASSERT_TRUE(scene.gate->SetOfferedTools(Patterns{"*"}));
  EXPECT_TRUE(scene.gate->Authorize(scene.Call("fs.anything", kRead), kNoon).allowed());
}

TEST(OfferedTools, AListingAndAGateThatKnowsNoToolsAreAsEver) {
  Scene scene;
  EXPECT_TRUE(scene.gate->Authorize(scene.Call("fs.anything", kRead), kNoon).allowed());
  ASSERT_TRUE(scene.gate->SetOfferedTools(Patterns{}));
  constexpr std::string_view kList = R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})";
  EXPECT_TRUE(scene.gate->Authorize(scene.Envelope(kList), kNoon).allowed());
  ASSERT_TRUE(scene.gate->SetOfferedTools(std::nullopt));
  EXPECT_TRUE(scene.gate->Authorize(scene.Call("fs.anything", kRead), kNoon).allowed());
}

TEST(OfferedTools, StayWhilePolicyAndKeysAreReplaced) {
  Scene scene;
  ASSERT_TRUE(scene.gate->SetOfferedTools(Patterns{"web.get"}));
  scene.gate->SetPolicy(PolicyOf(kPolicy));
  scene.gate->SetIssuerKeys(IssuerKeys::FromList({scene.issuer.public_key()}).value());
  EXPECT_EQ(scene.gate->Authorize(scene.Call("fs.read", kRead), kNoon).cause(), "unknown_tool");
  EXPECT_TRUE(scene.gate->Authorize(scene.Call("web.get", "{}"), kNoon).allowed());
}

TEST(OfferedTools, WhatIsNoPatternIsRefusedAndChangesNothing) {
  Scene scene;
  ASSERT_TRUE(scene.gate->SetOfferedTools(Patterns{"fs.read"}));
  for (const char* text : {"", "fs.*.x", "*f", "two words", "fs\n"}) {
    const Result<void> refused = scene.gate->SetOfferedTools(Patterns{"web.get", text});
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_TRUE(scene.gate->Authorize(scene.Call("fs.read", kRead), kNoon).allowed());
  EXPECT_EQ(scene.gate->Authorize(scene.Call("web.get", "{}"), kNoon).cause(), "unknown_tool");
}

}  // namespace
}  // namespace callgate
