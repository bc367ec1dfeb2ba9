#include "callgate/seen_table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace callgate {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Time kNow{seconds{1'796'083'200}};

ReplayClaim Claim(int i, Time expires_at = kNow + seconds{60}, int bucket = 0) {
  return {Sha256(std::to_string(i)), Sha256("b" + std::to_string(bucket)), expires_at};
}

TEST(SeenTable, AClaimIsInsertedOnce) {
  SeenTable table;
  EXPECT_EQ(table.Insert(Claim(1), kNow), SeenStatus::kInserted);
  EXPECT_EQ(table.Insert(Claim(1), kNow), SeenStatus::kSeen);
  EXPECT_EQ(table.Insert(Claim(2), kNow), SeenStatus::kInserted);
  EXPECT_EQ(table.size(), 2u);
}

TEST(SeenTable, AKeyIsSeenWhateverItsExpiryAndBucket) {
  SeenTable table;
  EXPECT_EQ(table.Insert(Claim(1), kNow), SeenStatus::kInserted);
  EXPECT_EQ(table.Insert(Claim(1, kNow + hours{20}), kNow), SeenStatus::kSeen);
  EXPECT_EQ(table.Insert(Claim(1, kNow + seconds{1}, 7), kNow), SeenStatus::kSeen);
}

TEST(SeenTable, AClaimIsKeptUntilItExpires) {
  SeenTable table;
  const Time end = kNow + seconds{61};
  EXPECT_EQ(table.Insert(Claim(1, end), kNow), SeenStatus::kInserted);
  EXPECT_EQ(table.Insert(Claim(1, end + hours{1}), end - milliseconds{1}), SeenStatus::kSeen);
  // Times are kept in steps of two seconds.
  EXPECT_EQ(table.Insert(Claim(1, end + hours{1}), end + seconds{2}), SeenStatus::kInserted);
}

TEST(SeenTable, AnExpiredClaimCountsAsSeen) {
  SeenTable table;
  EXPECT_EQ(table.Insert(Claim(1, kNow), kNow), SeenStatus::kSeen);
  EXPECT_EQ(table.Insert(Claim(1, kNow + milliseconds{1}), kNow), SeenStatus::kInserted);
}

TEST(SeenTable, AClockThatStepsBackOpensNothing) {
  SeenTable table;
  const Time end = kNow + seconds{60};
  EXPECT_EQ(table.Insert(Claim(1, end), kNow), SeenStatus::kInserted);
  EXPECT_EQ(table.Insert(Claim(2, end + hours{1}), end + seconds{10}), SeenStatus::kInserted);
  EXPECT_EQ(table.Insert(Claim(1, end), kNow), SeenStatus::kFull);
  EXPECT_EQ(table.Insert(Claim(3, end), kNow), SeenStatus::kFull);
}

TEST(SeenTable, TimesThatCannotBeAreFull) {
  SeenTable table;
  EXPECT_EQ(table.Insert(Claim(1), Time{}), SeenStatus::kFull);
  EXPECT_EQ(table.Insert(Claim(1, kLatestTime + milliseconds{1}), kNow), SeenStatus::kFull);
  EXPECT_EQ(table.Insert(Claim(1, kLatestTime), kNow), SeenStatus::kInserted);
  EXPECT_EQ(table.Insert(Claim(2, kLatestTime), kLatestTime - milliseconds{1}),
            SeenStatus::kInserted);
}

TEST(SeenTable, AFullTableRefusesAndForgetsNothing) {
  SeenTable table(100);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(table.Insert(Claim(i), kNow), SeenStatus::kInserted);
  EXPECT_EQ(table.Insert(Claim(100), kNow), SeenStatus::kFull);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(table.Insert(Claim(i), kNow), SeenStatus::kSeen);
  EXPECT_EQ(table.size(), 100u);
}

TEST(SeenTable, WhatExpiredMakesRoom) {
  SeenTable table(100);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(table.Insert(Claim(i), kNow), SeenStatus::kInserted);
  const Time later = kNow + seconds{62};
  for (int i = 100; i < 200; ++i) {
    ASSERT_EQ(table.Insert(Claim(i, later + seconds{60}), later), SeenStatus::kInserted) << i;
  }
  EXPECT_EQ(table.Insert(Claim(200, later + seconds{60}), later), SeenStatus::kFull);
}

TEST(SeenTable, ABucketCannotFillTheTable) {
  SeenTable table(100, 10);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(table.Insert(Claim(i), kNow), SeenStatus::kInserted);
  EXPECT_EQ(table.Insert(Claim(10), kNow), SeenStatus::kFull);
  EXPECT_EQ(table.Insert(Claim(11, kNow + seconds{60}, 1), kNow), SeenStatus::kInserted);
  // Its own share comes back as its entries expire.
  const Time later = kNow + seconds{62};
  EXPECT_EQ(table.Insert(Claim(12, later + seconds{60}), later), SeenStatus::kInserted);
  SeenTable closed(100, 0);
  EXPECT_EQ(closed.Insert(Claim(1), kNow), SeenStatus::kFull);
}

TEST(SeenTable, ManyClaimsOverTimeAreEachSeenWhileTheyLive) {
  SeenTable table(20'000);
  Time now = kNow;
  for (int i = 0; i < 60'000; ++i) {
    now += milliseconds{5};
    ASSERT_EQ(table.Insert(Claim(i, now + seconds{60}, i % 7), now), SeenStatus::kInserted) << i;
    const int earlier = i - 11'000;  // 55 s ago
    if (earlier >= 0 && i % 16 == 0) {
      ASSERT_EQ(table.Insert(Claim(earlier, now + seconds{9}), now), SeenStatus::kSeen) << i;
    }
  }
  EXPECT_GE(table.size(), 12'000u);
  EXPECT_LE(table.size(), 20'000u);
}

TEST(SeenTable, AMillionEntriesTakeAtMostFortyBytesEach) {
  constexpr int kEntries = 1'000'000;
  SeenTable table(kEntries);
  for (int i = 0; i < kEntries; ++i) {
    ReplayClaim claim{{}, {}, kNow + seconds{60}};
    for (int byte = 0; byte < 4; ++byte) claim.key[byte] = static_cast<std::uint8_t>(i >> 8 * byte);
    ASSERT_EQ(table.Insert(claim, kNow), SeenStatus::kInserted);
  }
  EXPECT_LE(table.memory_bytes(), 40u * kEntries);
}

TEST(SeenTable, OfThreadsThatRaceOneKeyExactlyOneWins) {
  SeenTable table;
  constexpr int kKeys = 2000;
  std::vector<std::atomic<int>> winners(kKeys);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&table, &winners, t] {
      for (int i = 0; i < kKeys; ++i) {
        if (table.Insert(Claim(i, kNow + seconds{60}, t), kNow) == SeenStatus::kInserted) {
          ++winners[static_cast<std::size_t>(i)];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::atomic<int>& count : winners) ASSERT_EQ(count, 1);
  EXPECT_EQ(table.size(), static_cast<std::size_t>(kKeys));
}

}  // namespace
}  // namespace callgate
