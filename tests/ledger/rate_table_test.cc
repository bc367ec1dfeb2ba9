#include "core/ledger/rate_table.h"

#include <gtest/gtest.h>

#include <deque>

#include "tests/ledger/digests.h"

namespace callgate::ledger {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Digest kRoot = DigestNumber(1'000'000);

RateLimit Limit(std::uint64_t window, std::uint32_t calls, std::uint32_t per_seconds) {
  return {DigestNumber(window), calls, per_seconds};
}

class Rates {
 public:
  explicit Rates(std::size_t max_windows = 1'000, std::size_t max_entries = 1'000'000)
      : table(max_windows, max_entries) {}

  RateResult Charge(const std::vector<std::vector<RateLimit>>& lists, Time now) {
    const std::vector<std::span<const RateLimit>> spans(lists.begin(), lists.end());
    taken.assign(lists.size(), 99);
    return table.Charge(kRoot, spans, now, taken);
  }
  bool Allows(const std::vector<std::vector<RateLimit>>& lists, Time now) {
    return Charge(lists, now).status == RateStatus::kCharged;
  }

  RateTable table;
  std::vector<std::uint32_t> taken;
};

TEST(RateTable, AtMostCallsInAnyWindowAndACallOnePeriodLaterIsAllowed) {
  Rates rates;
  const std::vector<std::vector<RateLimit>> limit = {{Limit(1, 2, 60)}};
  EXPECT_TRUE(rates.Allows(limit, kNoon));
  EXPECT_TRUE(rates.Allows(limit, kNoon + seconds(59)));
  EXPECT_FALSE(rates.Allows(limit, kNoon + milliseconds(59'999)));
  EXPECT_TRUE(rates.Allows(limit, kNoon + seconds(60)));
  EXPECT_FALSE(rates.Allows(limit, kNoon + milliseconds(118'999)));
  EXPECT_TRUE(rates.Allows(limit, kNoon + seconds(119)));
}

TEST(RateTable, NoBurstPassesOnTheBoundaryOfTwoMinutes) {
  Rates rates;
  const std::vector<std::vector<RateLimit>> limit = {{Limit(1, 20, 60)}};
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(rates.Allows(limit, kNoon + milliseconds(59'900)));
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(rates.Allows(limit, kNoon + milliseconds(60'100)));
}

TEST(RateTable, RetryAfterIsTheEarliestTimeWithRoom) {
  Rates rates;
  const std::vector<std::vector<RateLimit>> limit = {{Limit(1, 3, 10)}};
  for (const int at : {0, 1'234, 5'000}) ASSERT_TRUE(rates.Allows(limit, kNoon + milliseconds(at)));
  const Time now = kNoon + milliseconds(7'000);
  const RateResult result = rates.Charge(limit, now);
  ASSERT_EQ(result.status, RateStatus::kNoRoom);
  EXPECT_EQ(result.retry_after, 3'000);
  EXPECT_FALSE(rates.Allows(limit, now + milliseconds(2'999)));
  EXPECT_TRUE(rates.Allows(limit, now + milliseconds(3'000)));
  EXPECT_EQ(rates.Charge(limit, now + milliseconds(3'000)).retry_after, 1'234);
}

TEST(RateTable, TheFirstLimitWithRoomIsTaken) {
  Rates rates;
  const std::vector<std::vector<RateLimit>> limits = {{Limit(1, 1, 60), Limit(2, 1, 60)}};
  EXPECT_TRUE(rates.Allows(limits, kNoon));
  EXPECT_EQ(rates.taken, std::vector<std::uint32_t>{0});
  EXPECT_TRUE(rates.Allows(limits, kNoon + seconds(10)));
  EXPECT_EQ(rates.taken, std::vector<std::uint32_t>{1});
  // The earliest of the two, not of the first.
  EXPECT_EQ(rates.Charge(limits, kNoon + seconds(11)).retry_after, 49'000);
}

TEST(RateTable, ALimitOfNoneAlwaysHasRoomAndCountsNothing) {
  Rates rates;
  const std::vector<std::vector<RateLimit>> limits = {{Limit(1, 1, 60), Limit(2, 0, 0)}};
  EXPECT_TRUE(rates.Allows(limits, kNoon));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(rates.Allows(limits, kNoon));
  EXPECT_EQ(rates.taken, std::vector<std::uint32_t>{1});
  EXPECT_EQ(rates.table.entries(), 1u);
}

TEST(RateTable, AChainIsChargedInAllItsContextsOrInNone) {
  Rates rates;
  const std::vector<RateLimit> own = {Limit(1, 5, 60)};
  const std::vector<RateLimit> parent = {Limit(2, 1, 60)};
  EXPECT_TRUE(rates.Allows({own, parent}, kNoon));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(rates.Allows({own, parent}, kNoon));
  // Only the one allowed call counts in the child's window.
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(rates.Allows({own}, kNoon));
  EXPECT_FALSE(rates.Allows({own}, kNoon));
}

TEST(RateTable, RetryAfterOfAChainIsWhenEveryContextHasRoom) {
  Rates rates;
  ASSERT_TRUE(rates.Allows({{Limit(1, 1, 60)}}, kNoon));
  ASSERT_TRUE(rates.Allows({{Limit(2, 1, 100)}}, kNoon));
  const RateResult result =
      rates.Charge({{Limit(1, 1, 60)}, {Limit(2, 1, 100)}}, kNoon + seconds(1));
  EXPECT_EQ(result.retry_after, 99'000);
}

TEST(RateTable, AWindowNamedTwiceIsChargedOnceAndObeysBothLimits) {
  Rates rates;
  const std::vector<RateLimit> at_spawn = {Limit(1, 10, 60)};
  const std::vector<RateLimit> now = {Limit(1, 3, 60)};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rates.Allows({at_spawn, now}, kNoon));
  EXPECT_FALSE(rates.Allows({at_spawn, now}, kNoon));
  EXPECT_EQ(rates.table.entries(), 3u);
  // The longer of two periods decides how long calls are remembered.
  Rates periods;
  EXPECT_TRUE(periods.Allows({{Limit(1, 9, 1)}, {Limit(1, 1, 3'600)}}, kNoon));
  EXPECT_TRUE(periods.Allows({{Limit(1, 9, 1)}}, kNoon + seconds(1'800)));
  EXPECT_FALSE(periods.Allows({{Limit(1, 9, 1)}, {Limit(1, 1, 3'600)}}, kNoon + seconds(3'599)));
}

TEST(RateTable, ALongerPeriodCountsEveryCallThatIsStillKnown) {
  Rates rates;
  const std::vector<std::vector<RateLimit>> minute = {{Limit(1, 3, 60)}};
  const std::vector<std::vector<RateLimit>> hour = {{Limit(1, 3, 3'600)}};
  for (const int at : {0, 30, 59}) ASSERT_TRUE(rates.Allows(minute, kNoon + seconds(at)));
  // Nobody came since, so that nothing was forgotten.
  const RateResult limited = rates.Charge(hour, kNoon + seconds(1'800));
  EXPECT_EQ(limited.status, RateStatus::kNoRoom);
  EXPECT_EQ(limited.retry_after, 1'800'000);
  // From then on calls are kept for the longer period, whoever else comes.
  for (std::uint64_t window = 2; window < 20; ++window) {
    ASSERT_TRUE(rates.Allows({{Limit(window, 3, 60)}}, kNoon + seconds(3'000 + window)));
  }
  EXPECT_FALSE(rates.Allows(hour, kNoon + milliseconds(3'599'999)));
  EXPECT_TRUE(rates.Allows(hour, kNoon + seconds(3'600)));
  EXPECT_FALSE(rates.Allows(hour, kNoon + seconds(3'629)));
}

TEST(RateTable, ALongerPeriodCountsWhatTheShorterOneStillHadToKeep) {
  Rates rates;
  for (const int at : {0, 30, 59}) {
    ASSERT_TRUE(rates.Allows({{Limit(1, 3, 60)}}, kNoon + seconds(at)));
  }
  // Others come, and the oldest call is forgotten: it was over for the limit of then.
  for (std::uint64_t window = 2; window < 20; ++window) {
    ASSERT_TRUE(rates.Allows({{Limit(window, 3, 60)}}, kNoon + seconds(80)));
  }
  const std::vector<std::vector<RateLimit>> hour = {{Limit(1, 3, 3'600)}};
  EXPECT_TRUE(rates.Allows(hour, kNoon + seconds(80)));
  EXPECT_FALSE(rates.Allows(hour, kNoon + seconds(3'629)));
  EXPECT_TRUE(rates.Allows(hour, kNoon + seconds(3'630)));
}

TEST(RateTable, AShorterPeriodHoldsAtOnce) {
  Rates rates;
  ASSERT_TRUE(rates.Allows({{Limit(1, 1, 3'600)}}, kNoon));
  EXPECT_FALSE(rates.Allows({{Limit(1, 1, 60)}}, kNoon + seconds(59)));
  EXPECT_TRUE(rates.Allows({{Limit(1, 1, 60)}}, kNoon + seconds(60)));
}

TEST(RateTable, TwoListsThatShareOneRoomOfAWindowChargeItOnce) {
  Rates rates;
  const std::vector<RateLimit> list = {Limit(1, 1, 60)};
  EXPECT_TRUE(rates.Allows({list, list}, kNoon));
  EXPECT_FALSE(rates.Allows({list}, kNoon));
}

TEST(RateTable, AThreadThatFellBehindIsChargedAtTheLatestTimeSeen) {
  Rates rates;
  const std::vector<std::vector<RateLimit>> limit = {{Limit(1, 2, 60)}};
  ASSERT_TRUE(rates.Allows(limit, kNoon + seconds(5)));
  ASSERT_TRUE(rates.Allows(limit, kNoon));
  EXPECT_FALSE(rates.Allows(limit, kNoon + milliseconds(64'999)));
  EXPECT_TRUE(rates.Allows(limit, kNoon + seconds(65)));
}

TEST(RateTable, FullDeniesAndWritesNothing) {
  Rates windows(2);
  EXPECT_TRUE(windows.Allows({{Limit(1, 5, 60)}}, kNoon));
  EXPECT_EQ(windows.Charge({{Limit(2, 5, 60)}, {Limit(3, 5, 60)}}, kNoon).status,
            RateStatus::kFull);
  EXPECT_EQ(windows.table.windows(), 1u);
  EXPECT_EQ(windows.table.entries(), 1u);
  EXPECT_TRUE(windows.Allows({{Limit(2, 5, 60)}}, kNoon));

  Rates entries(10, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(entries.Allows({{Limit(1, 5, 60)}}, kNoon));
  EXPECT_EQ(entries.Charge({{Limit(1, 5, 60)}}, kNoon).status, RateStatus::kFull);
  EXPECT_EQ(entries.Charge({{Limit(2, 5, 60)}}, kNoon).status, RateStatus::kFull);
}

TEST(RateTable, IdleWindowsAndOldCallsMakeRoom) {
  Rates windows(2, 4);
  EXPECT_TRUE(windows.Allows({{Limit(1, 5, 60)}}, kNoon));
  EXPECT_TRUE(windows.Allows({{Limit(2, 5, 60)}}, kNoon + seconds(30)));
  EXPECT_FALSE(windows.Allows({{Limit(3, 5, 60)}}, kNoon + milliseconds(59'999)));
  EXPECT_TRUE(windows.Allows({{Limit(3, 5, 60)}}, kNoon + seconds(60)));
  EXPECT_EQ(windows.table.windows(), 2u);
  // Window 2 is not idle, but its first call is forgotten when room is needed.
  ASSERT_TRUE(windows.Allows({{Limit(2, 5, 60)}}, kNoon + seconds(80)));
  ASSERT_TRUE(windows.Allows({{Limit(2, 5, 60)}}, kNoon + seconds(80)));
  EXPECT_FALSE(windows.Allows({{Limit(3, 5, 60)}}, kNoon + milliseconds(89'999)));
  EXPECT_TRUE(windows.Allows({{Limit(3, 5, 60)}}, kNoon + seconds(90)));
}

TEST(RateTable, CallsInTheFutureOfASetClockCountAsMadeNow) {
  Rates rates;
  const std::vector<std::vector<RateLimit>> limit = {{Limit(1, 1, 60)}};
  ASSERT_TRUE(rates.Allows(limit, kNoon + seconds(86'400)));
  rates.table.MoveBack(kNoon);
  EXPECT_FALSE(rates.Allows(limit, kNoon + milliseconds(59'999)));
  EXPECT_TRUE(rates.Allows(limit, kNoon + seconds(60)));
}

TEST(RateTable, AgreesWithACountOfTheWindowOverARandomRun) {
  std::uint64_t random = 11;
  for (int round = 0; round < 20; ++round) {
    Rates rates;
    const std::uint32_t calls = 1 + random % 40;
    const std::uint32_t period = 1 + random / 64 % 9;
    std::deque<Time> charged;
    Time now = kNoon;
    for (int i = 0; i < 2'000; ++i) {
      random = Mix(random);
      now += milliseconds(random % 4 == 0 ? random / 4 % 2'000 : random / 4 % 100);
      while (!charged.empty() && charged.front() <= now - seconds(period)) charged.pop_front();
      const RateResult result = rates.Charge({{Limit(1, calls, period)}}, now);
      if (charged.size() < calls) {
        ASSERT_EQ(result.status, RateStatus::kCharged);
        charged.push_back(now);
      } else {
        ASSERT_EQ(result.status, RateStatus::kNoRoom);
        ASSERT_EQ(now + milliseconds(result.retry_after),
                  charged[charged.size() - calls] + seconds(period));
      }
      ASSERT_GE(rates.table.entries(), charged.size());
      ASSERT_LE(rates.table.entries(), std::size_t{calls});
    }
  }
}

}  // namespace
}  // namespace callgate::ledger
