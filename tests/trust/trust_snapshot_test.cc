#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include <atomic>
#include <set>
#include <thread>

#include "callgate/trust.h"
#include "tests/trust/trust_case.h"

namespace callgate {
namespace {

using testing::HasSubstr;

class TrustSnapshotTest : public testing::Test {
 protected:
  TrustSnapshotTest()
      : case_(vectors_.chains().front()),
        snapshot_(vectors_.Load(case_).value()),
        chain_(vectors_.Documents(*case_.Find("chain"))),
        now_(test::TimeOf(case_)) {}

  test::TrustVectors vectors_;
  json::Value case_;
  TrustSnapshot snapshot_;
  std::vector<std::string> chain_;
  Time now_;
};

TEST_F(TrustSnapshotTest, AVerdictDeniesUntilItIsMade) {
  const TrustVerdict verdict;
  EXPECT_FALSE(verdict.trusted);
  EXPECT_EQ(verdict.reason, TrustReason::kUntrusted);
}

TEST_F(TrustSnapshotTest, ATimeThatCannotBeIsRefused) {
  for (const Time time : {Time{}, kLatestTime + std::chrono::milliseconds(1), Time::max()}) {
    const TrustVerdict verdict = snapshot_.Verify(test::Views(chain_), time);
    EXPECT_FALSE(verdict.trusted);
    EXPECT_EQ(verdict.reason, TrustReason::kBadTime);
  }
}

TEST_F(TrustSnapshotTest, AMillisecondBeforeValidUntilStillCounts) {
  const TrustVerdict verdict = snapshot_.Verify(test::Views(chain_), now_);
  ASSERT_TRUE(verdict.trusted);
  const std::chrono::milliseconds step(1);
  EXPECT_TRUE(snapshot_.Verify(test::Views(chain_), verdict.valid_until - step).trusted);
  EXPECT_FALSE(snapshot_.Verify(test::Views(chain_), verdict.valid_until).trusted);
}

TEST_F(TrustSnapshotTest, AThreadsErrorsOfOpensslStayAsTheyWere) {
  ERR_clear_error();
  ERR_raise(ERR_LIB_USER, 77);
  const unsigned long before = ERR_peek_last_error();
  const std::string_view garbage[] = {"\x30\x82\x01\x00garbage", chain_[0]};
  EXPECT_FALSE(snapshot_.Verify(garbage, now_).trusted);
  EXPECT_EQ(ERR_peek_last_error(), before);
  EXPECT_EQ(ERR_get_error(), before);
  EXPECT_EQ(ERR_get_error(), 0u);
}

TEST_F(TrustSnapshotTest, ThreadsShareASnapshot) {
  std::vector<std::thread> threads;
  std::atomic<int> trusted = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        trusted += snapshot_.Verify(test::Views(chain_), now_).trusted ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(trusted, 200);
}

TEST_F(TrustSnapshotTest, ItCarriesItsGeneration) {
  TrustOptions options;
  options.generation = 41;
  EXPECT_EQ(TrustSnapshot::Load({}, {}, options)->generation(), 41u);
  EXPECT_EQ(snapshot_.generation(), 0u);
}

TEST_F(TrustSnapshotTest, AnErrorNamesSourceEntityAndCertificate) {
  const TrustSource source{"filestore", {{"acme", {chain_[0]}}}, {}, true};
  const Result<TrustSnapshot> loaded = TrustSnapshot::Load({&source, 1});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().where, "source \"filestore\", entity \"acme\", certificate 1");
  EXPECT_THAT(loaded.error().message, HasSubstr("an anchor is no authority"));
}

TEST_F(TrustSnapshotTest, AFileOfMoreThanAMebibyteIsRefused) {
  const TrustSource source{
      "filestore", {{"acme", {std::string(kMaxAnchorFileBytes + 1, 'x')}}}, {}, true};
  const Result<TrustSnapshot> loaded = TrustSnapshot::Load({&source, 1});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kLimitExceeded);
}

TEST(TrustReasons, NamesAreUniqueAndReadBack) {
  std::set<std::string_view> names;
  const int count = static_cast<int>(TrustReason::kBadOption) + 1;
  for (int i = 0; i < count; ++i) {
    const auto reason = static_cast<TrustReason>(i);
    EXPECT_TRUE(names.insert(TrustReasonName(reason)).second);
    EXPECT_EQ(TrustReasonFromName(TrustReasonName(reason)), reason);
    EXPECT_FALSE(TrustReasonMeaning(reason).empty());
    EXPECT_FALSE(TrustReasonAdvice(reason).empty());
  }
  EXPECT_EQ(TrustReasonFromName("no_such_reason"), std::nullopt);
}

}  // namespace
}  // namespace callgate
