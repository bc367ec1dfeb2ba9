#include "core/ledger/rate_window.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace callgate::ledger {
namespace {

TEST(RateWindow, ForgetsExactlyTheCallsUpToATime) {
  constexpr unsigned kSeed = 20260217;
  std::mt19937 random(kSeed);
  const auto draw = [&](std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(random);
  };
  for (int round = 0; round < 200; ++round) {
    RateWindow window;
    std::deque<std::int64_t> expected;
    std::int64_t now = 0;
    for (int step = 0; step < 50; ++step) {
      for (std::int64_t calls = draw(20); calls > 0; --calls) {
        window.Add(now += draw(2));
        expected.push_back(now);
      }
      const std::int64_t until = now - draw(40);
      std::uint32_t forgotten = 0;
      for (; !expected.empty() && expected.front() <= until; ++forgotten) expected.pop_front();
      ASSERT_EQ(window.ForgetUntil(until), forgotten) << "seed " << kSeed;
      ASSERT_EQ(window.size(), expected.size());
      if (!expected.empty()) {
        ASSERT_EQ(window.oldest(), expected.front());
        ASSERT_EQ(window.newest(), expected.back());
      }
    }
  }
}

}  // namespace
}  // namespace callgate::ledger
