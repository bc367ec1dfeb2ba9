// The decision in two halves, for a ledger that lives elsewhere.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

// The simplest ledger that keeps the contract: what a shared store would do in one script.
class OtherLedger {
 public:
  Outcome Commit(const Plan& plan, Time now) {
    const ReplayKey key = *plan.replay_key();
    if (!seen_.insert({key.public_key.ToBase64(), key.signature}).second) return AlreadySeen{};
    Committed committed;
    std::set<std::string> charged;
    milliseconds wait{0};
    for (const std::vector<RateCharge>& list : plan.charges()) {
      std::optional<milliseconds> list_wait;
      for (std::uint32_t i = 0; i < list.size() && list_wait != milliseconds(0); ++i) {
        const milliseconds charge_wait = Wait(list[i], now);
        list_wait = std::min(list_wait.value_or(charge_wait), charge_wait);
        if (charge_wait == milliseconds(0)) {
          committed.taken.push_back(i);
          if (list[i].calls > 0) charged.insert(list[i].Key());
        }
      }
      wait = std::max(wait, *list_wait);
    }
    if (wait > milliseconds(0)) return RateLimited{wait};
    for (const std::string& window : charged) windows_[window].push_back(now);
    return committed;
  }

 private:
  milliseconds Wait(const RateCharge& charge, Time now) const {
    const auto found = windows_.find(charge.Key());
    if (charge.calls == 0 || found == windows_.end()) return {};
    const std::deque<Time>& calls = found->second;
    if (calls.size() < charge.calls) return {};
    const Time free_at = calls[calls.size() - charge.calls] + seconds(charge.per_seconds);
    return std::max(milliseconds(0), milliseconds(free_at - now));
  }

  std::set<std::pair<std::string, Signature>> seen_;
  std::map<std::string, std::deque<Time>> windows_;
};

TEST(Plan, SaysWhatALedgerHasToCheckAndRecord) {
  Scene scene;
  ASSERT_TRUE(scene.Open({.id = "child", .subject = "c", .scope = "narrow"}, "session-1").ok());
  const TokenText child = {.id = "child", .subject = "c", .scope = "narrow"};
  const Time at = kNoon + milliseconds(7);
  const Plan plan = scene.gate->MakePlan(scene.Get(at, child), kNoon);
  ASSERT_TRUE(plan.replay_key().has_value());
  EXPECT_EQ(plan.replay_key()->public_key, scene.agent.public_key());
  EXPECT_EQ(plan.sessions(), (std::vector<std::string>{"child", "session-1"}));
  EXPECT_EQ(plan.timestamp(), at);
  EXPECT_EQ(plan.window(), seconds(30));
  ASSERT_EQ(plan.charges().size(), 2u);
  EXPECT_EQ(plan.charges()[0][0].Key(), "narrow web.get 0 agent-7");
  EXPECT_EQ(plan.charges()[0][0].calls, 2u);
  EXPECT_EQ(plan.charges()[1][0].Key(), "default web.get 0 agent-7");
  EXPECT_EQ(plan.charges()[1][0].per_seconds, 60u);
}

TEST(Plan, ACallThatPolicyDeniesIsCommittedWithoutCharges) {
  Scene scene;
  Plan plan = scene.gate->MakePlan(scene.Call("web.put", "{}"), kNoon);
  EXPECT_TRUE(plan.replay_key().has_value());
  EXPECT_TRUE(plan.charges().empty());
  EXPECT_EQ(Answer(plan.Finish(Committed{})), "TOOL_NOT_ALLOWED");
  Plan replayed = scene.gate->MakePlan(scene.Call("web.put", "{}"), kNoon);
  EXPECT_EQ(Answer(replayed.Finish(AlreadySeen{})), "REPLAY_DETECTED");
}

TEST(Plan, NothingIsCommittedForWhatIsNotVerifiedOrNotFresh) {
  Scene scene;
  for (const std::string& bytes :
       {std::string("{}"), scene.Read(kNoon - seconds(31)), scene.Read(kNoon, {.id = "unknown"})}) {
    Plan plan = scene.gate->MakePlan(bytes, kNoon);
    EXPECT_EQ(plan.replay_key(), std::nullopt);
    EXPECT_TRUE(plan.sessions().empty());
    EXPECT_TRUE(plan.charges().empty());
    // The outcome is not looked at.
    EXPECT_FALSE(plan.Finish(Committed{}).allowed());
  }
  EXPECT_FALSE(scene.gate->MakePlan(scene.Read(), Time()).Finish(Committed{}).allowed());
}

TEST(Plan, EveryOutcomeButCommittedDenies) {
  Scene scene;
  const auto finish = [&](const Outcome& outcome) {
    return scene.gate->MakePlan(scene.Get(), kNoon).Finish(outcome);
  };
  EXPECT_EQ(Answer(finish(Committed{{0}})), "allowed");
  const Decision replay = finish(AlreadySeen{});
  EXPECT_EQ(Answer(replay), "REPLAY_DETECTED");
  EXPECT_EQ(replay.cause(), "already_seen");
  const Decision limited = finish(RateLimited{milliseconds(1'500)});
  EXPECT_EQ(Answer(limited), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(limited.retry_after(), milliseconds(1'500));
  EXPECT_EQ(Answer(finish(SessionInactive{})), "SESSION_INACTIVE");
  EXPECT_EQ(Answer(finish(Full{})), "LEDGER_FULL");
  EXPECT_EQ(Answer(finish(Unavailable{})), "LEDGER_UNAVAILABLE");
}

TEST(Plan, ACommitThatDoesNotFitTheChargesIsNoAnswer) {
  Scene scene;
  for (const Committed& committed : {Committed{}, Committed{{1}}, Committed{{0, 0}}}) {
    Plan plan = scene.gate->MakePlan(scene.Get(), kNoon);
    EXPECT_EQ(Answer(plan.Finish(committed)), "LEDGER_UNAVAILABLE");
  }
  Plan unlimited = scene.gate->MakePlan(scene.Read(), kNoon);
  EXPECT_EQ(Answer(unlimited.Finish(Committed{{0}})), "LEDGER_UNAVAILABLE");
}

TEST(Plan, ANegativeWaitIsNoAnswer) {
  Scene scene;
  const auto finish = [&](milliseconds retry_after) {
    return scene.gate->MakePlan(scene.Get(), kNoon).Finish(RateLimited{retry_after});
  };
  const Decision refused = finish(milliseconds(-1));
  EXPECT_EQ(Answer(refused), "LEDGER_UNAVAILABLE");
  EXPECT_EQ(refused.retry_after(), std::nullopt);
  EXPECT_EQ(Answer(finish(milliseconds(0))), "RATE_LIMIT_EXCEEDED");
}

TEST(Plan, AnAnswerAboutRatesToACallWithoutAnyDenies) {
  Scene scene;
  Plan list = scene.gate->MakePlan(
      scene.Envelope(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"), kNoon);
  const Decision limited = list.Finish(RateLimited{milliseconds(5)});
  EXPECT_EQ(Answer(limited), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(limited.capability(), std::nullopt);
  EXPECT_TRUE(limited.details().empty());
  Plan unlimited = scene.gate->MakePlan(scene.Read(), kNoon);
  EXPECT_EQ(Answer(unlimited.Finish(RateLimited{milliseconds(5)})), "RATE_LIMIT_EXCEEDED");
}

TEST(Plan, IsFinishedOnce) {
  Scene scene;
  Plan plan = scene.gate->MakePlan(scene.Read(), kNoon);
  EXPECT_EQ(Answer(plan.Finish(Committed{})), "allowed");
  EXPECT_EQ(Answer(plan.Finish(Committed{})), "INTERNAL_ERROR");
}

TEST(Plan, OutlivesItsGate) {
  std::optional<Plan> plan;
  {
    Scene scene;
    plan.emplace(scene.gate->MakePlan(scene.Get(), kNoon));
  }
  const Decision decision = plan->Finish(Committed{{0}});
  EXPECT_TRUE(decision.allowed());
  EXPECT_EQ(decision.context(), "default");
}

TEST(Plan, WritesNothing) {
  Scene scene;
  const std::string state = scene.gate->ExportState();
  const std::string envelope = scene.Get(kNoon + seconds(5));
  Plan plan = scene.gate->MakePlan(envelope, kNoon + seconds(10));
  EXPECT_EQ(plan.Finish(Committed{{0}}).effects(), "");
  EXPECT_EQ(scene.gate->ExportState(), state);
  EXPECT_EQ(Answer(scene.gate->Authorize(envelope, kNoon)), "allowed");
}

TEST(Plan, FinishSaysWhatAuthorizeSays) {
  const char* policy = R"(
- name: default
  capabilities:
    - {tool_pattern: web.get, rate_limit: {calls: 5, per_seconds: 10}, max_response_size: 7}
    - {tool_pattern: "web.*", rate_limit: {calls: 3, per_seconds: 5}}
    - {tool_pattern: fs.read, path_allowlist: [/workspace]}
- name: narrow
  capabilities:
    - {tool_pattern: web.get, rate_limit: {calls: 4, per_seconds: 10}}
)";
  Scene embedded(policy);
  Scene planned(policy);
  const TokenText child = {.id = "child", .subject = "c", .scope = "narrow"};
  ASSERT_TRUE(embedded.Open(child, "session-1").ok());
  ASSERT_TRUE(planned.Open(child, "session-1").ok());
  OtherLedger ledger;
  std::vector<std::string> sent;
  std::map<std::string, int> answers;
  std::uint32_t random = 5;
  for (int i = 0; i < 400; ++i) {
    random = random * 1'664'525 + 1'013'904'223;
    const std::uint32_t choice = random >> 20;
    const Time now = kNoon + milliseconds(i * 150);
    std::string bytes;
    if (choice % 5 == 0 && !sent.empty()) {
      bytes = sent[choice / 5 % sent.size()];
    } else if (choice % 7 == 0) {
      bytes = embedded.Call("fs.read", R"({"path":"/etc/passwd"})", now);
    } else {
      bytes = embedded.Get(now, choice % 2 == 0 ? child : TokenText());
    }
    sent.push_back(bytes);
    if (i == 350) {
      (void)embedded.gate->RevokeSession("child");
      (void)planned.gate->RevokeSession("child");
    }
    const Decision one = embedded.gate->Authorize(bytes, now);
    Plan plan = planned.gate->MakePlan(bytes, now);
    const Decision two =
        plan.Finish(plan.replay_key() ? ledger.Commit(plan, now) : Outcome(Unavailable{}));
    ASSERT_EQ(Answer(one), Answer(two)) << i;
    EXPECT_EQ(one.payload(), two.payload());
    EXPECT_EQ(one.retry_after(), two.retry_after());
    EXPECT_EQ(one.capability(), two.capability());
    EXPECT_EQ(one.max_response_size(), two.max_response_size());
    ASSERT_EQ(one.charged().size(), two.charged().size());
    for (std::size_t k = 0; k < one.charged().size(); ++k) {
      EXPECT_EQ(one.charged()[k].Key(), two.charged()[k].Key());
    }
    ++answers[Answer(one)];
  }
  // Nothing agrees for want of cases.
  for (const char* name : {"allowed", "REPLAY_DETECTED", "RATE_LIMIT_EXCEEDED", "PATH_NOT_ALLOWED",
                           "SESSION_INACTIVE"}) {
    EXPECT_GE(answers[name], 5) << name;
  }
}

}  // namespace
}  // namespace callgate
