// Clocks that step: nothing opens.
#include <gtest/gtest.h>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

TEST(Clock, ALeapForwardAndBackReplaysNothing) {
  Scene scene;
  const std::string envelope = scene.Read();
  ASSERT_TRUE(scene.gate->Authorize(envelope, kNoon).allowed());
  const Time leapt = kNoon + seconds(600);
  ASSERT_TRUE(scene.gate->Authorize(scene.Read(leapt), leapt).allowed());
  const Decision decision = scene.gate->Authorize(envelope, kNoon + seconds(1));
  EXPECT_FALSE(decision.allowed());
}

TEST(Clock, ACallThatOnlyALaggingClockMakesLateSaysSo) {
  Scene scene;
  const Time ahead = kNoon + seconds(40);
  ASSERT_TRUE(scene.gate->Authorize(scene.Read(ahead), ahead).allowed());
  const Decision late = scene.gate->Authorize(scene.Read(kNoon), kNoon);
  EXPECT_EQ(Answer(late), "CLOCK_STEPPED");
  EXPECT_EQ(late.cause(), "");
  // Late by any clock is late.
  const Decision stale = scene.gate->Authorize(scene.Read(kNoon - seconds(31)), kNoon);
  EXPECT_EQ(Answer(stale), "REPLAY_DETECTED");
  EXPECT_EQ(stale.cause(), "outside_window");
}

TEST(Clock, ASecondOfDisorderBetweenThreadsIsNoStep) {
  Scene scene;
  ASSERT_TRUE(scene.gate->Authorize(scene.Read(kNoon), kNoon).allowed());
  const Time lagging = kNoon - seconds(1);
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(lagging), lagging)), "allowed");
  const Decision late = scene.gate->Authorize(scene.Read(kNoon - milliseconds(30'500)), lagging);
  EXPECT_EQ(Answer(late), "REPLAY_DETECTED");
}

TEST(Clock, FreshnessTokensAndRatesUseTheLedgersTime) {
  Scene scene;
  const Time exp = kNoon + seconds(3'600);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(scene.gate->Authorize(scene.Get(), kNoon).allowed());
  const Time ahead = exp - seconds(10);
  ASSERT_TRUE(scene.gate->Authorize(scene.Read(ahead), ahead).allowed());
  // A clock set back to noon brings back neither the window of noon nor its rates.
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Get(kNoon), kNoon)), "CLOCK_STEPPED");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Get(ahead), kNoon)), "allowed");

  ASSERT_FALSE(scene.gate->Authorize(scene.Read(exp), exp).allowed());
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(exp), exp)), "EXPIRED_TOKEN");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(exp), kNoon)), "CLOCK_STEPPED");
  EXPECT_EQ(Answer(scene.Open({.id = "late"}, {}, kNoon)), "CLOCK_STEPPED");
  EXPECT_EQ(Answer(scene.gate->RenewSession("session-1", scene.Token(), kNoon)), "CLOCK_STEPPED");
}

TEST(Clock, ResetEndsEverySessionSoThatNothingSignedBeforeCanPass) {
  Scene scene;
  const std::string before = scene.Read();
  ASSERT_TRUE(scene.gate->Authorize(before, kNoon).allowed());
  const Time leapt = kNoon + seconds(1'000);
  ASSERT_TRUE(scene.gate->Authorize(scene.Read(leapt), leapt).allowed());

  const Result<std::string> reset = scene.gate->ResetClock(kNoon);
  ASSERT_TRUE(reset.ok());
  EXPECT_FALSE(reset->empty());
  EXPECT_EQ(Answer(scene.gate->Authorize(before, kNoon)), "SESSION_INACTIVE");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(), kNoon)), "SESSION_INACTIVE");
  EXPECT_EQ(Answer(scene.Open()), "SESSION_INACTIVE");
  const TokenText fresh = {.id = "session-2"};
  ASSERT_EQ(Answer(scene.Open(fresh)), "ok");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(kNoon, fresh), kNoon)), "allowed");
  EXPECT_EQ(Answer(scene.gate->ResetClock(Time())), "INVALID_ARGUMENT");
}

TEST(Clock, ResetDoesNotRefillRates) {
  Scene scene;
  const Time leapt = kNoon + seconds(1'000);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(scene.gate->Authorize(scene.Get(leapt), leapt).allowed());
  }
  ASSERT_TRUE(scene.gate->ResetClock(kNoon).ok());
  const TokenText fresh = {.id = "session-2"};
  ASSERT_EQ(Answer(scene.Open(fresh)), "ok");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Get(kNoon, fresh), kNoon)), "RATE_LIMIT_EXCEEDED");
  const Time later = kNoon + seconds(60);
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Get(later, fresh), later)), "allowed");
}

TEST(Clock, ARevokedSessionStaysSoThroughALeapAndAReset) {
  Scene scene;
  ASSERT_TRUE(scene.gate->RevokeSession("session-1").ok());
  const Time leapt = kNoon + std::chrono::hours(24 * 400);
  ASSERT_EQ(
      Answer(scene.Open({.id = "x", .issued = leapt, .expires = leapt + seconds(60)}, {}, leapt)),
      "ok");
  ASSERT_TRUE(scene.gate->ResetClock(kNoon).ok());
  EXPECT_EQ(Answer(scene.Open()), "SESSION_INACTIVE");
}

}  // namespace
}  // namespace callgate
