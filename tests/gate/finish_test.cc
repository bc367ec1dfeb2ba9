// What a ledger's answer makes of a planned call, for the answers that only a race brings about.
#include <gtest/gtest.h>

#include "core/gate/planned_call.h"
#include "tests/gate/scene.h"

namespace callgate::gate {
namespace {

// Fresh at noon, by a window of 30 seconds.
PlannedCall Planned(Times times) {
  PlannedCall call;
  call.times = times;
  call.window = seconds(30);
  call.timestamp = kNoon;
  return call;
}

TEST(Finish, ACallThatWentStaleBeforeItWasCommittedIsAsIfItCameLate) {
  const Time late = kNoon + seconds(31);
  const Decision decision = Finish(Planned({late, late}), {ledger::CommitStatus::kStale});
  EXPECT_EQ(callgate::Answer(decision), "REPLAY_DETECTED");
  EXPECT_EQ(decision.cause(), "outside_window");
  // Where only the caller's clock lags, it is that clock's fault.
  EXPECT_EQ(callgate::Answer(Finish(Planned({kNoon, late}), {ledger::CommitStatus::kStale})),
            "CLOCK_STEPPED");
}

TEST(Finish, WithoutAnAnswerNothingIsAllowed) {
  EXPECT_EQ(callgate::Answer(Finish(Planned({kNoon, kNoon}), {})), "LEDGER_UNAVAILABLE");
  EXPECT_EQ(
      callgate::Answer(Finish(Planned({kNoon, kNoon}), {ledger::CommitStatus::kSessionInactive})),
      "SESSION_INACTIVE");
}

TEST(Finish, ARefusalOutweighsWhateverTheLedgerAnswers) {
  PlannedCall call = Planned({kNoon, kNoon});
  call.refusal = ErrorCode::kInvalidSignature;
  EXPECT_EQ(callgate::Answer(Finish(std::move(call), {ledger::CommitStatus::kCommitted})),
            "INVALID_SIGNATURE");
}

}  // namespace
}  // namespace callgate::gate
