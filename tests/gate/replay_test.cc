#include <gtest/gtest.h>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

TEST(Authorize, AReplayIsRefusedWhateverItLooksLike) {
  Scene scene;
  const std::string envelope =
      CreateEnvelope(Scene::Payload("fs.read", R"({"path":"/workspace/a"})"), scene.Token(),
                     scene.agent, kNoon + milliseconds(1))
          .value();
  ASSERT_TRUE(scene.gate->Authorize(envelope, kNoon).allowed());
  const auto is_replay = [&](const std::string& bytes) {
    const Decision decision = scene.gate->Authorize(bytes, kNoon);
    EXPECT_EQ(Answer(decision), "REPLAY_DETECTED");
    EXPECT_EQ(decision.cause(), "already_seen");
    EXPECT_TRUE(decision.effects().empty());
  };
  is_replay(envelope);
  is_replay(With(envelope, "smcp/v1", "seal/v1"));
  is_replay(With(envelope, "12:00:00.001Z", "12:00:00.002Z"));
  is_replay(With(envelope, "12:00:00.001Z", "12:00:00Z"));
  is_replay(With(envelope, "{", "{ "));
  is_replay(With(envelope, R"("id":1,"jsonrpc":"2.0")", R"("jsonrpc":"2.0","\u0069d":1)"));
}

TEST(Authorize, TwoEnvelopesOfOneTokenAreTwoCalls) {
  Scene scene;
  EXPECT_TRUE(scene.gate->Authorize(scene.Read(), kNoon).allowed());
  EXPECT_TRUE(scene.gate->Authorize(scene.Read(kNoon + seconds(1)), kNoon + seconds(1)).allowed());
}

TEST(Authorize, WhatPolicyDeniedIsSeenAndReplayOutranksTheDenial) {
  Scene scene;
  const std::string denied = scene.Call("shell.run", "{}");
  EXPECT_EQ(Answer(scene.gate->Authorize(denied, kNoon)), "TOOL_NOT_ALLOWED");
  EXPECT_EQ(Answer(scene.gate->Authorize(denied, kNoon)), "REPLAY_DETECTED");
  scene.gate->SetPolicy(PolicyOf("name: default\ncapabilities: [{tool_pattern: \"*\"}]\n"));
  EXPECT_EQ(Answer(scene.gate->Authorize(denied, kNoon)), "REPLAY_DETECTED");
  EXPECT_TRUE(scene.gate->Authorize(scene.Call("shell.run", "{}"), kNoon).allowed());
}

TEST(Authorize, FreshnessIsExactToTheMillisecondOnBothSides) {
  Scene scene;
  const auto answer = [&](milliseconds age) {
    const Time at = kNoon + seconds(100);
    const Decision decision = scene.gate->Authorize(scene.Read(at - age), at);
    EXPECT_EQ(decision.cause(), decision.allowed() ? "" : "outside_window");
    return Answer(decision);
  };
  EXPECT_EQ(answer(milliseconds(30'000)), "allowed");
  EXPECT_EQ(answer(milliseconds(30'001)), "REPLAY_DETECTED");
  EXPECT_EQ(answer(milliseconds(30'900)), "REPLAY_DETECTED");
  EXPECT_EQ(answer(milliseconds(-30'000)), "allowed");
  EXPECT_EQ(answer(milliseconds(-30'001)), "REPLAY_DETECTED");
}

TEST(Authorize, DigitsBelowAMillisecondCountTowardsTheFuture) {
  Scene scene;
  const std::string ahead = scene.Read(kNoon + milliseconds(30'000));
  const std::string just_over = With(ahead, "12:00:30.000Z", "12:00:30.000000001Z");
  EXPECT_EQ(Answer(scene.gate->Authorize(just_over, kNoon)), "REPLAY_DETECTED");
  EXPECT_EQ(Answer(scene.gate->Authorize(ahead, kNoon)), "allowed");
}

TEST(Authorize, AnEnvelopeCannotOutliveItsEntryByALaterFraction) {
  Scene scene;
  const std::string envelope = scene.Read(kNoon + milliseconds(1));
  ASSERT_TRUE(scene.gate->Authorize(envelope, kNoon).allowed());
  const std::string later = With(envelope, "00.001Z", "00.999Z");
  for (int age = 30'001; age <= 30'999; age += 499) {
    const Decision decision = scene.gate->Authorize(later, kNoon + milliseconds(age));
    EXPECT_EQ(Answer(decision), "REPLAY_DETECTED");
    EXPECT_EQ(decision.cause(), "already_seen");
  }
}

TEST(Authorize, AFutureDatedEnvelopeIsRememberedUntilItCanNoLongerBeFresh) {
  Scene scene;
  const std::string envelope = scene.Read(kNoon + seconds(30));
  ASSERT_TRUE(scene.gate->Authorize(envelope, kNoon).allowed());
  for (int age = 1; age <= 61; ++age) {
    EXPECT_EQ(Answer(scene.gate->Authorize(envelope, kNoon + seconds(age))), "REPLAY_DETECTED");
  }
}

TEST(Authorize, AFullLedgerDeniesAndEvictsNothing) {
  GateOptions options;
  options.limits.max_replay_entries_per_session = 2;
  Scene scene(kPolicy, options);
  ASSERT_TRUE(scene.Open({.id = "session-2", .subject = "agent-8"}).ok());
  const std::string first = scene.Read();
  EXPECT_EQ(Answer(scene.gate->Authorize(first, kNoon)), "allowed");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(), kNoon)), "allowed");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(), kNoon)), "LEDGER_FULL");
  EXPECT_EQ(Answer(scene.gate->Authorize(first, kNoon)), "REPLAY_DETECTED");
  const TokenText other = {.id = "session-2", .subject = "agent-8"};
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(kNoon, other), kNoon)), "allowed");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(kNoon + seconds(31)), kNoon + seconds(31))),
            "allowed");
}

}  // namespace
}  // namespace callgate
