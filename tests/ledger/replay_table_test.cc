#include "core/ledger/replay_table.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/ledger/digests.h"

namespace callgate::ledger {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Replays {
 public:
  explicit Replays(std::size_t max = 1'000'000, std::size_t max_per_session = 1'000'000,
                   milliseconds window = seconds(30))
      : table(max, max_per_session, window) {}

  ReplayStatus Record(std::uint64_t digest, std::int64_t second, Time now,
                      QuotaId quota = kUnattributed) {
    return table.Record(
        DigestNumber(digest), second, quota, [&] { return std::optional(now); },
        [] { return true; });
  }

  ReplayTable table;
};

TEST(ReplayTable, AnEnvelopeIsRecordedOnce) {
  Replays replays;
  EXPECT_EQ(replays.Record(1, kNoonSeconds, kNoon), ReplayStatus::kRecorded);
  EXPECT_EQ(replays.Record(1, kNoonSeconds, kNoon), ReplayStatus::kAlreadySeen);
  EXPECT_EQ(replays.Record(2, kNoonSeconds, kNoon), ReplayStatus::kRecorded);
  EXPECT_EQ(replays.table.size(), 2u);
}

TEST(ReplayTable, AnEntryLivesUntilTheEndOfItsSecondPlusTheWindow) {
  // The fraction is not signed, so .000 can come back as .999 and be fresh until then.
  Replays replays;
  ASSERT_EQ(replays.Record(1, kNoonSeconds, kNoon), ReplayStatus::kRecorded);
  const Time last = kNoon + milliseconds(30'999);
  EXPECT_EQ(replays.Record(1, kNoonSeconds, last), ReplayStatus::kAlreadySeen);
  EXPECT_EQ(replays.Record(1, kNoonSeconds, last + milliseconds(1)), ReplayStatus::kStale);
  EXPECT_EQ(replays.Record(9, kNoonSeconds, last + milliseconds(1)), ReplayStatus::kStale);
}

TEST(ReplayTable, AFutureDatedEntryOutlivesTheWindowFromItsFirstUse) {
  Replays replays;
  ASSERT_EQ(replays.Record(1, kNoonSeconds + 30, kNoon), ReplayStatus::kRecorded);
  for (int age = 0; age <= 60; ++age) {
    EXPECT_EQ(replays.Record(1, kNoonSeconds + 30, kNoon + seconds(age)),
              ReplayStatus::kAlreadySeen);
  }
  EXPECT_EQ(replays.Record(1, kNoonSeconds + 30, kNoon + seconds(61)), ReplayStatus::kStale);
}

TEST(ReplayTable, ASecondBeyondTheWindowIsNotRecorded) {
  Replays replays;
  EXPECT_EQ(replays.Record(1, kNoonSeconds + 31, kNoon), ReplayStatus::kStale);
  EXPECT_EQ(replays.Record(1, kNoonSeconds + 1'000'000, kNoon), ReplayStatus::kStale);
}

TEST(ReplayTable, AThreadThatFellBehindCannotRecordWhatMayHaveBeenDropped) {
  Replays replays;
  ASSERT_EQ(replays.Record(1, kNoonSeconds, kNoon), ReplayStatus::kRecorded);
  // The shard of entry 1 has moved on (other digests of the same shard are found by trying).
  for (std::uint64_t n = 100; n < 2'000; ++n) {
    ASSERT_EQ(replays.Record(n, kNoonSeconds + 40, kNoon + seconds(40)), ReplayStatus::kRecorded);
  }
  EXPECT_EQ(replays.Record(1, kNoonSeconds, kNoon), ReplayStatus::kStale);
}

TEST(ReplayTable, NothingIsEvictedToMakeRoom) {
  Replays replays(10);
  for (std::uint64_t n = 0; n < 10; ++n) {
    ASSERT_EQ(replays.Record(n, kNoonSeconds, kNoon), ReplayStatus::kRecorded);
  }
  EXPECT_EQ(replays.Record(10, kNoonSeconds, kNoon), ReplayStatus::kFull);
  for (std::uint64_t n = 0; n < 10; ++n) {
    EXPECT_EQ(replays.Record(n, kNoonSeconds, kNoon), ReplayStatus::kAlreadySeen);
  }
}

TEST(ReplayTable, ExpiredEntriesMakeRoomInEveryShardAtOnce) {
  Replays replays(1'000);
  for (std::uint64_t n = 0; n < 1'000; ++n) {
    ASSERT_EQ(replays.Record(n, kNoonSeconds, kNoon), ReplayStatus::kRecorded);
  }
  const Time expired = kNoon + seconds(31);
  for (std::uint64_t n = 1'000; n < 2'000; ++n) {
    ASSERT_EQ(replays.Record(n, kNoonSeconds + 31, expired), ReplayStatus::kRecorded);
  }
  EXPECT_EQ(replays.table.size(), 1'000u);
  EXPECT_EQ(replays.Record(2'000, kNoonSeconds + 31, expired), ReplayStatus::kFull);
}

TEST(ReplayTable, OneSessionCannotFillTheTableForOthers) {
  Replays replays(100, 3);
  const QuotaId greedy = replays.table.quotas().Open();
  const QuotaId other = replays.table.quotas().Open();
  for (std::uint64_t n = 0; n < 3; ++n) {
    ASSERT_EQ(replays.Record(n, kNoonSeconds, kNoon, greedy), ReplayStatus::kRecorded);
  }
  EXPECT_EQ(replays.Record(3, kNoonSeconds, kNoon, greedy), ReplayStatus::kFull);
  EXPECT_EQ(replays.Record(4, kNoonSeconds, kNoon, other), ReplayStatus::kRecorded);
  // Its entries expire like any other, and then it has room again.
  EXPECT_EQ(replays.Record(5, kNoonSeconds + 31, kNoon + seconds(31), greedy),
            ReplayStatus::kRecorded);
}

TEST(ReplayTable, ACounterIsReusedOnlyWhenItsLastEntryExpired) {
  Replays replays;
  QuotaTable& quotas = replays.table.quotas();
  const QuotaId first = quotas.Open();
  ASSERT_EQ(replays.Record(1, kNoonSeconds, kNoon, first), ReplayStatus::kRecorded);
  quotas.Close(first);
  const QuotaId second = quotas.Open();
  EXPECT_NE(second, first);
  quotas.Close(second);
  EXPECT_EQ(quotas.Open(), second);
  replays.table.Clear();
  EXPECT_EQ(quotas.Open(), first);
}

TEST(ReplayTable, WhatTheCommitRefusesLeavesNoTrace) {
  Replays replays(1);
  const auto refused = replays.table.Record(
      DigestNumber(1), kNoonSeconds, kUnattributed, [] { return std::optional(kNoon); },
      [] { return false; });
  EXPECT_EQ(refused, ReplayStatus::kFull);
  EXPECT_EQ(replays.table.size(), 0u);
  EXPECT_EQ(replays.Record(1, kNoonSeconds, kNoon), ReplayStatus::kRecorded);
}

TEST(ReplayTable, WhatIsNotAdmittedIsNotLookedUp) {
  Replays replays;
  ASSERT_EQ(replays.Record(1, kNoonSeconds, kNoon), ReplayStatus::kRecorded);
  EXPECT_EQ(replays.table.Record(
                DigestNumber(1), kNoonSeconds, kUnattributed,
                []() -> std::optional<Time> { return std::nullopt; }, [] { return true; }),
            ReplayStatus::kNotAdmitted);
}

TEST(ReplayTable, HoldsOverALongRunOfArrivalsAndExpiry) {
  // A model says at each step which digests must be known; the windows differ so that the ring
  // wraps.
  for (const milliseconds window : {milliseconds(1), milliseconds(2'500), milliseconds(30'000)}) {
    Replays replays(1'000'000, 1'000'000, window);
    std::vector<std::pair<std::int64_t, std::uint64_t>> recorded;
    std::uint64_t random = 7;
    Time now = kNoon;
    for (std::uint64_t n = 0; n < 20'000; ++n) {
      random = Mix(random);
      now += milliseconds(random % 16 == 0 ? random / 16 % 3'000 : random / 16 % 5);
      const std::int64_t second = SignedSecond(now);
      ASSERT_EQ(replays.Record(n, second, now), ReplayStatus::kRecorded);
      recorded.emplace_back(second, n);
      const auto& [old_second, old] = recorded[Mix(n) % recorded.size()];
      const bool is_live = Time(seconds(old_second)) + milliseconds(999) + window >= now;
      ASSERT_EQ(replays.Record(old, old_second, now),
                is_live ? ReplayStatus::kAlreadySeen : ReplayStatus::kStale);
    }
  }
}

TEST(ReplayTable, TakesAtMostFortyBytesAnEntryAndNothingWhenIdle) {
  Replays replays(2'000'000, 2'000'000);
  EXPECT_EQ(replays.table.MemoryBytes(), 0u);
  // Every fill of the buckets between two growths is met on the way.
  for (std::uint64_t n = 0; n < 1'000'000; ++n) {
    ASSERT_EQ(replays.Record(n, kNoonSeconds + static_cast<std::int64_t>(n % 30), kNoon),
              ReplayStatus::kRecorded);
    if (n >= 400'000 && n % 50'000 == 0) {
      EXPECT_LE(replays.table.MemoryBytes() / replays.table.size(), 40u) << n;
    }
  }
}

}  // namespace
}  // namespace callgate::ledger
