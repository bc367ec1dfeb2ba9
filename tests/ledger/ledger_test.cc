#include "callgate/ledger.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/ledger/commit.h"
#include "tests/ledger/digests.h"

namespace callgate {
namespace {

using ledger::kNoon;
using std::chrono::milliseconds;
using std::chrono::seconds;

ReplayKey Envelope(std::uint8_t n) {
  static const PublicKey key = SecretKey::FromBytes(std::string(32, 'k'))->public_key();
  Signature signature{};
  signature[0] = n;
  return {key, signature};
}

RateCharge Limit(std::string context, std::uint32_t calls, std::uint32_t nth = 0) {
  return {"root", std::move(context), "fs.*", nth, calls, 60};
}

template <typename T>
bool Is(const Outcome& outcome) {
  return std::holds_alternative<T>(outcome);
}

TEST(Ledger, AnEnvelopeIsItsKeyAndSignature) {
  Ledger ledger({}, seconds(30));
  EXPECT_TRUE(Is<Committed>(ledger.Commit(Envelope(1), kNoon, {}, kNoon)));
  EXPECT_TRUE(Is<AlreadySeen>(ledger.Commit(Envelope(1), kNoon, {}, kNoon)));
  // Another fraction of the same second is the same envelope.
  EXPECT_TRUE(Is<AlreadySeen>(ledger.Commit(Envelope(1), kNoon + milliseconds(999), {}, kNoon)));
  EXPECT_TRUE(Is<Committed>(ledger.Commit(Envelope(2), kNoon, {}, kNoon)));
  const PublicKey other = SecretKey::FromBytes(std::string(32, 'o'))->public_key();
  EXPECT_TRUE(Is<Committed>(ledger.Commit({other, Envelope(1).signature}, kNoon, {}, kNoon)));
}

// Whoever planned the call saw the session alive, but it is the commit that counts.
TEST(Ledger, ASessionThatEndedMeanwhileCommitsNothing) {
  ledger::Tables tables({}, seconds(30), seconds(0));
  (void)tables.clock.Observe(kNoon);
  const PublicKey key = SecretKey::FromBytes(std::string(32, 'k'))->public_key();
  const ledger::SessionPtr session =
      tables.sessions.Open({{"s", "agent", "c", key}, nullptr, {}, kNoon + seconds(60)}, kNoon)
          .session;
  const std::uint64_t sequence = tables.sequence;
  ledger::CallCommit call;
  call.second = ledger::kNoonSeconds;
  call.session = session.get();
  call.envelope = ledger::DigestNumber(1);
  EXPECT_EQ(CommitCall(tables, call, {}).status, ledger::CommitStatus::kCommitted);
  EXPECT_EQ(tables.sequence, sequence + 1);
  (void)tables.sessions.Close("s", ledger::Liveness::kRevoked);
  const std::uint64_t closed = tables.sequence;
  call.envelope = ledger::DigestNumber(2);
  EXPECT_EQ(CommitCall(tables, call, {}).status, ledger::CommitStatus::kSessionInactive);
  EXPECT_EQ(tables.sequence, closed);
}

TEST(Ledger, AReplayChargesNothing) {
  Ledger ledger({}, seconds(30));
  EXPECT_TRUE(Is<Committed>(ledger.Commit(Envelope(1), kNoon, {{Limit("a", 2)}}, kNoon)));
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(Is<AlreadySeen>(ledger.Commit(Envelope(1), kNoon, {{Limit("a", 2)}}, kNoon)));
  }
  EXPECT_EQ(ledger.usage().rate_entries, 1u);
  EXPECT_TRUE(Is<Committed>(ledger.Commit(Envelope(2), kNoon, {{Limit("a", 2)}}, kNoon)));
}

TEST(Ledger, ARateLimitedEnvelopeIsSeen) {
  Ledger ledger({}, seconds(30));
  ASSERT_TRUE(Is<Committed>(ledger.Commit(Envelope(1), kNoon, {{Limit("a", 1)}}, kNoon)));
  const Outcome limited = ledger.Commit(Envelope(2), kNoon, {{Limit("a", 1)}}, kNoon);
  ASSERT_TRUE(Is<RateLimited>(limited));
  EXPECT_EQ(std::get<RateLimited>(limited).retry_after, seconds(60));
  EXPECT_TRUE(Is<AlreadySeen>(ledger.Commit(Envelope(2), kNoon, {}, kNoon)));
}

TEST(Ledger, SaysWhichLimitOfEachListWasTaken) {
  Ledger ledger({}, seconds(30));
  ASSERT_TRUE(Is<Committed>(ledger.Commit(Envelope(1), kNoon, {{Limit("a", 1)}}, kNoon)));
  const Outcome second = ledger.Commit(Envelope(2), kNoon,
                                       {{Limit("a", 1), Limit("a", 1, 1)}, {Limit("b", 1)}}, kNoon);
  ASSERT_TRUE(Is<Committed>(second));
  EXPECT_EQ(std::get<Committed>(second).taken, (std::vector<std::uint32_t>{1, 0}));
}

TEST(Ledger, WindowsDifferByEachPartOfTheirName) {
  Ledger ledger({}, seconds(30));
  std::uint8_t n = 0;
  const auto commit = [&](RateCharge charge) {
    return Is<Committed>(ledger.Commit(Envelope(++n), kNoon, {{std::move(charge)}}, kNoon));
  };
  EXPECT_TRUE(commit({"r", "c", "p", 0, 1, 60}));
  EXPECT_FALSE(commit({"r", "c", "p", 0, 1, 60}));
  EXPECT_TRUE(commit({"R", "c", "p", 0, 1, 60}));
  EXPECT_TRUE(commit({"r", "C", "p", 0, 1, 60}));
  EXPECT_TRUE(commit({"r", "c", "P", 0, 1, 60}));
  EXPECT_TRUE(commit({"r", "c", "p", 1, 1, 60}));
  EXPECT_TRUE(commit({"rc", "", "p", 0, 1, 60}));
  EXPECT_TRUE(commit({"", "rc", "p", 0, 1, 60}));
  // A root execution of any length.
  EXPECT_TRUE(commit({std::string(5'000, 'r'), "c", "p", 0, 1, 60}));
  EXPECT_FALSE(commit({std::string(5'000, 'r'), "c", "p", 0, 1, 60}));
}

TEST(Ledger, FullWritesNothing) {
  Limits limits;
  limits.max_rate_windows = 1;
  Ledger ledger(limits, seconds(30));
  ASSERT_TRUE(Is<Committed>(ledger.Commit(Envelope(1), kNoon, {{Limit("a", 5)}}, kNoon)));
  EXPECT_TRUE(Is<Full>(ledger.Commit(Envelope(2), kNoon, {{Limit("b", 5)}}, kNoon)));
  // Had it been recorded, this would be a replay.
  EXPECT_TRUE(Is<Committed>(ledger.Commit(Envelope(2), kNoon, {{Limit("a", 5)}}, kNoon)));

  limits.max_replay_entries = 1;
  Ledger replays(limits, seconds(30));
  ASSERT_TRUE(Is<Committed>(replays.Commit(Envelope(1), kNoon, {{Limit("a", 5)}}, kNoon)));
  EXPECT_TRUE(Is<Full>(replays.Commit(Envelope(2), kNoon, {{Limit("a", 5)}}, kNoon)));
  EXPECT_EQ(replays.usage().rate_entries, 1u);
}

TEST(Ledger, AClockThatLeapsForwardAndBackOpensNothing) {
  Ledger ledger({}, seconds(30));
  ASSERT_TRUE(Is<Committed>(ledger.Commit(Envelope(1), kNoon, {{Limit("a", 1)}}, kNoon)));
  const Time leapt = kNoon + seconds(3'600);
  ASSERT_TRUE(Is<Committed>(ledger.Commit(Envelope(2), leapt, {}, leapt)));
  EXPECT_EQ(ledger.time(), leapt);
  EXPECT_FALSE(Is<Committed>(ledger.Commit(Envelope(1), kNoon, {}, kNoon + seconds(1))));
  EXPECT_EQ(ledger.time(), leapt);
}

TEST(Ledger, ThreadsThatRaceOneEnvelopeCommitItOnce) {
  Ledger ledger({}, seconds(30));
  for (std::uint8_t n = 0; n < 50; ++n) {
    std::atomic<int> committed{0};
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
          if (Is<Committed>(ledger.Commit(Envelope(n), kNoon, {}, kNoon))) ++committed;
        });
      }
    }
    EXPECT_EQ(committed, 1);
  }
}

TEST(Ledger, ThreadsThatRaceALimitTakeExactlyItsCalls) {
  Ledger ledger({}, seconds(30));
  std::atomic<int> committed{0};
  std::atomic<int> limited{0};
  {
    std::vector<std::jthread> threads;
    for (std::uint8_t i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        for (std::uint8_t n = 0; n < 30; ++n) {
          const Outcome outcome = ledger.Commit(Envelope(static_cast<std::uint8_t>(i * 30 + n)),
                                                kNoon, {{Limit("a", 100)}}, kNoon);
          if (Is<Committed>(outcome)) ++committed;
          if (Is<RateLimited>(outcome)) ++limited;
        }
      });
    }
  }
  EXPECT_EQ(committed, 100);
  EXPECT_EQ(limited, 140);
}

}  // namespace
}  // namespace callgate
