#include <gtest/gtest.h>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

TEST(Authorize, RatesAreChargedOnlyForCallsThatPolicyAllows) {
  Scene scene;
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(scene.gate->Authorize(scene.Call("web.put", "{}"), kNoon).allowed());
  }
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(scene.gate->Authorize(scene.Get(), kNoon).allowed());
  const std::string over = scene.Get();
  const Decision decision = scene.gate->Authorize(over, kNoon);
  EXPECT_EQ(Answer(decision), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(decision.retry_after(), seconds(60));
  EXPECT_TRUE(decision.charged().empty());
  EXPECT_EQ(decision.charges().size(), 1u);
  EXPECT_EQ(Answer(scene.gate->Authorize(over, kNoon)), "REPLAY_DETECTED");
}

TEST(Authorize, TheNextCapabilityThatAllowsIsChargedWhenTheFirstHasNoRoom) {
  Scene scene(R"(
name: default
capabilities:
  - {tool_pattern: t, rate_limit: {calls: 1, per_seconds: 60}, max_response_size: 10}
  - {tool_pattern: "*", rate_limit: {calls: 1, per_seconds: 30}, max_response_size: 20}
)");
  const Decision first = scene.gate->Authorize(scene.Call("t", "{}"), kNoon);
  const Decision second = scene.gate->Authorize(scene.Call("t", "{}"), kNoon);
  const Decision third = scene.gate->Authorize(scene.Call("t", "{}"), kNoon);
  EXPECT_EQ(first.capability(), 0u);
  EXPECT_EQ(first.max_response_size(), 10u);
  EXPECT_EQ(second.capability(), 1u);
  EXPECT_EQ(second.max_response_size(), 20u);
  EXPECT_EQ(second.charged()[0].tool_pattern, "*");
  EXPECT_EQ(Answer(third), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(third.retry_after(), seconds(30));
}

TEST(Authorize, ARateIsTheLastOfTheChecksThatADenialTells) {
  Scene scene(R"(
name: default
capabilities:
  - {tool_pattern: t, path_allowlist: [/a]}
  - {tool_pattern: t, rate_limit: {calls: 1, per_seconds: 60}}
  - {tool_pattern: u}
  - {tool_pattern: "*", rate_limit: {calls: 1, per_seconds: 60}}
)");
  const auto send = [&] {
    return scene.gate->Authorize(scene.Call("t", R"({"path":"/b"})"), kNoon);
  };
  EXPECT_TRUE(send().allowed());
  EXPECT_TRUE(send().allowed());
  const Decision limited = send();
  EXPECT_EQ(Answer(limited), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(limited.capability(), 1u);
  EXPECT_EQ(limited.rule(), "rate.sliding");
  EXPECT_EQ(limited.context(), "default");
  EXPECT_TRUE(limited.charged().empty());
  EXPECT_EQ(limited.charges().size(), 2u);
  ASSERT_EQ(limited.details().size(), 3u);
  EXPECT_EQ(limited.details()[0].code, ErrorCode::kPathNotAllowed);
  EXPECT_EQ(limited.details()[0].where, "/path");
  EXPECT_EQ(limited.details()[1].code, ErrorCode::kRateLimitExceeded);
  EXPECT_EQ(limited.details()[2].capability, 3u);
  EXPECT_EQ(limited.details()[2].rule, "rate.sliding");
  EXPECT_NE(limited.reason().find("in capability 1 (t)"), std::string::npos) << limited.reason();
}

TEST(Authorize, ResponsesAreHeldToTheLimitOfTheCapability) {
  Scene scene;
  const Decision decision = scene.gate->Authorize(scene.Read(), kNoon);
  EXPECT_TRUE(decision.CheckResponse('"' + std::string(98, 'x') + '"').allowed());
  const Decision over = decision.CheckResponse('"' + std::string(99, 'x') + '"');
  EXPECT_EQ(Answer(over), "OUTPUT_SIZE_EXCEEDED");
  EXPECT_EQ(over.session_id(), "session-1");
  EXPECT_EQ(over.tool(), "fs.read");
  EXPECT_EQ(over.message_digest(), decision.message_digest());
  EXPECT_EQ(over.payload(), "");
  EXPECT_EQ(over.effects(), "");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Call("no", "{}"), kNoon).CheckResponse("1")),
            "TOOL_NOT_ALLOWED");
}

}  // namespace
}  // namespace callgate
