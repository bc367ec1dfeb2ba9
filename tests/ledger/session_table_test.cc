#include "core/ledger/session_table.h"

#include <gtest/gtest.h>

#include "tests/ledger/digests.h"

namespace callgate::ledger {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

PublicKey KeyOf(char seed) {
  return SecretKey::FromBytes(std::string(kSecretKeyBytes, seed))->public_key();
}

class Sessions {
 public:
  explicit Sessions(std::size_t max = 100, seconds leeway = seconds(0))
      : digest_key(DigestKey::Random()),
        quotas(100),
        table(max, leeway, digest_key, quotas, sequence) {}

  SessionChange Open(std::string id, Time now = kNoon, Time exp = kNoon + seconds(3'600),
                     const SessionPtr& parent = nullptr, char key = 'a',
                     std::string subject = "agent") {
    return table.Open(
        SessionOpening{{std::move(id), std::move(subject), "default", KeyOf(key)}, parent, {}, exp},
        now);
  }

  DigestKey digest_key;
  QuotaTable quotas;
  std::atomic<std::uint64_t> sequence{0};
  SessionTable table;
};

const Time kExp = kNoon + seconds(3'600);

TEST(SessionTable, ASessionLivesFromOpeningUntilItsExp) {
  Sessions sessions;
  const SessionChange opened = sessions.Open("s");
  ASSERT_EQ(opened.status, SessionStatus::kDone);
  EXPECT_EQ(opened.sequence, 1u);
  EXPECT_EQ(sessions.table.Find("s"), opened.session);
  EXPECT_EQ(sessions.table.Find("t"), nullptr);
  EXPECT_TRUE(IsLive(*opened.session, kExp - milliseconds(1), seconds(0)));
  EXPECT_FALSE(IsLive(*opened.session, kExp, seconds(0)));
  EXPECT_TRUE(IsLive(*opened.session, kExp, seconds(1)));
}

TEST(SessionTable, OpeningTheSameSessionAgainRenewsItAndAnythingElseIsAnError) {
  Sessions sessions;
  const SessionPtr session = sessions.Open("s").session;
  const SessionPtr parent = sessions.Open("p").session;
  EXPECT_EQ(sessions.Open("s", kNoon, kExp + seconds(5)).status, SessionStatus::kDone);
  EXPECT_EQ(sessions.table.Find("s"), session);
  EXPECT_EQ(session->expires_at, (kExp + seconds(5)).time_since_epoch().count());

  EXPECT_EQ(sessions.Open("s", kNoon, kExp, nullptr, 'b').status, SessionStatus::kOtherKey);
  EXPECT_EQ(sessions.Open("s", kNoon, kExp, nullptr, 'a', "other").status,
            SessionStatus::kOtherIdentity);
  EXPECT_EQ(sessions.Open("s", kNoon, kExp, parent).status, SessionStatus::kOtherIdentity);
}

TEST(SessionTable, RenewalMovesExpForwardInAnyOrder) {
  Sessions sessions;
  const SessionPtr session = sessions.Open("s").session;
  EXPECT_EQ(sessions.table.Renew("s", kExp + seconds(20), kNoon).status, SessionStatus::kDone);
  EXPECT_EQ(sessions.table.Renew("s", kExp + seconds(10), kNoon).status, SessionStatus::kDone);
  EXPECT_EQ(session->expires_at, (kExp + seconds(20)).time_since_epoch().count());
  EXPECT_EQ(sessions.table.Renew("t", kExp, kNoon).status, SessionStatus::kUnknown);
}

TEST(SessionTable, EndedRevokedAndExpiredAreFinal) {
  Sessions sessions;
  for (const Liveness end : {Liveness::kEnded, Liveness::kRevoked}) {
    const std::string id = end == Liveness::kEnded ? "ended" : "revoked";
    const SessionPtr session = sessions.Open(id).session;
    EXPECT_EQ(sessions.table.Close(id, end).status, SessionStatus::kDone);
    EXPECT_FALSE(IsLive(*session, kNoon, seconds(0)));
    // The first end stays, and the second changes nothing.
    EXPECT_EQ(sessions.table.Close(id, Liveness::kEnded).sequence, 0u);
    EXPECT_EQ(session->state, end);
    EXPECT_EQ(sessions.Open(id).status, SessionStatus::kInactive);
    EXPECT_EQ(sessions.table.Renew(id, kExp + seconds(9), kNoon).status, SessionStatus::kInactive);
  }
  sessions.Open("expired");
  EXPECT_EQ(sessions.table.Renew("expired", kExp + seconds(9), kExp).status,
            SessionStatus::kInactive);
  EXPECT_EQ(sessions.Open("expired", kExp, kExp + seconds(9)).status, SessionStatus::kInactive);
  EXPECT_EQ(sessions.table.Close("never", Liveness::kEnded).status, SessionStatus::kUnknown);
}

TEST(SessionTable, ATombstoneLastsUntilTheLatestExpSeenPlusAMinute) {
  Sessions sessions;
  sessions.Open("s");
  sessions.table.Close("s", Liveness::kRevoked);
  const Time latest = kExp + seconds(1'000);
  // A later token with this id was seen, though refused: the tombstone has to outlast it too.
  ASSERT_EQ(sessions.Open("s", kNoon, latest).status, SessionStatus::kInactive);
  EXPECT_EQ(sessions.Open("s", latest + seconds(60), latest + seconds(90)).status,
            SessionStatus::kInactive);
  // That refusal saw a later one again.
  const Time after = latest + seconds(90) + seconds(60) + milliseconds(1);
  EXPECT_EQ(sessions.Open("s", after, after + seconds(1)).status, SessionStatus::kDone);
}

TEST(SessionTable, ATokenThatAForgottenSessionCouldHaveHadOpensNothing) {
  // A clock leapt a year ahead, tombstones went, the clock was set back.
  Sessions sessions;
  sessions.Open("s");
  sessions.table.Close("s", Liveness::kRevoked);
  const Time leapt = kNoon + std::chrono::hours(24 * 365);
  ASSERT_EQ(sessions.Open("t", leapt, leapt + seconds(1)).status, SessionStatus::kDone);
  ASSERT_EQ(sessions.table.Find("s"), nullptr);
  EXPECT_EQ(sessions.Open("s").status, SessionStatus::kInactive);
  EXPECT_EQ(sessions.Open("u").status, SessionStatus::kInactive);
  EXPECT_EQ(sessions.Open("s", kNoon, kExp + milliseconds(1)).status, SessionStatus::kDone);
}

TEST(SessionTable, ASessionLivesOnlyWhileEveryAncestorDoes) {
  Sessions sessions;
  const SessionPtr root = sessions.Open("root", kNoon, kExp, nullptr, 'a', "workload").session;
  const SessionPtr child = sessions.Open("child", kNoon, kExp + seconds(60), root).session;
  const SessionPtr grandchild =
      sessions.Open("grandchild", kNoon, kExp + seconds(60), child).session;
  EXPECT_EQ(grandchild->root, "workload");
  EXPECT_EQ(grandchild->depth, 2u);
  EXPECT_TRUE(IsLive(*grandchild, kNoon, seconds(0)));
  EXPECT_FALSE(IsLive(*grandchild, kExp, seconds(0)));
  sessions.table.Close("root", Liveness::kEnded);
  EXPECT_FALSE(IsLive(*grandchild, kNoon, seconds(0)));
  EXPECT_EQ(sessions.Open("late", kNoon, kExp, grandchild).status, SessionStatus::kParentInactive);
}

TEST(SessionTable, AParentIsNotForgottenBeforeItsChildren) {
  Sessions sessions;
  const SessionPtr parent = sessions.Open("parent").session;
  const Time later = kExp + std::chrono::hours(5);
  sessions.Open("child", kNoon, later, parent);
  EXPECT_EQ(sessions.Open("parent", kExp + seconds(70), later).status, SessionStatus::kInactive);
  for (int minute = 1; minute < 20; ++minute) {
    sessions.Open("x" + std::to_string(minute), later + std::chrono::minutes(minute),
                  later + std::chrono::minutes(minute) + seconds(1));
  }
  EXPECT_EQ(sessions.table.Find("child"), nullptr);
  EXPECT_EQ(sessions.table.Find("parent"), nullptr);
}

TEST(SessionTable, FullUntilTombstonesExpire) {
  Sessions sessions(2);
  ASSERT_EQ(sessions.Open("a").status, SessionStatus::kDone);
  ASSERT_EQ(sessions.Open("b").status, SessionStatus::kDone);
  sessions.table.Close("a", Liveness::kEnded);
  EXPECT_EQ(sessions.Open("c").status, SessionStatus::kFull);
  EXPECT_EQ(sessions.Open("b").status, SessionStatus::kDone);
  const Time after = kExp + seconds(60) + milliseconds(1);
  EXPECT_EQ(sessions.Open("c", after, after + seconds(1)).status, SessionStatus::kDone);
  EXPECT_EQ(sessions.table.size(), 1u);
}

TEST(SessionTable, EndAllEndsWhatIsOpenAndKeepsTombstones) {
  Sessions sessions;
  const SessionPtr open = sessions.Open("open").session;
  const SessionPtr revoked = sessions.Open("revoked").session;
  sessions.table.Close("revoked", Liveness::kRevoked);
  sessions.table.EndAll();
  EXPECT_EQ(open->state, Liveness::kEnded);
  EXPECT_EQ(revoked->state, Liveness::kRevoked);
  EXPECT_EQ(sessions.Open("open").status, SessionStatus::kInactive);
}

}  // namespace
}  // namespace callgate::ledger
