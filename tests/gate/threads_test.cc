#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

template <typename Body>
void InThreads(int count, Body body) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&body, i] { body(i); });
}

TEST(Threads, OneOfEightThatRaceAnEnvelopeIsAllowed) {
  Scene scene;
  for (int round = 0; round < 20; ++round) {
    const std::string envelope = scene.Read();
    std::atomic<int> allowed{0};
    std::atomic<int> replayed{0};
    InThreads(8, [&](int) {
      const Decision decision = scene.gate->Authorize(envelope, kNoon);
      if (decision.allowed()) ++allowed;
      if (Answer(decision) == "REPLAY_DETECTED") ++replayed;
    });
    EXPECT_EQ(allowed, 1);
    EXPECT_EQ(replayed, 7);
  }
}

TEST(Threads, ExactlyTheCallsOfALimitPass) {
  Scene scene(R"(
- name: default
  capabilities: [{tool_pattern: web.get, rate_limit: {calls: 20, per_seconds: 60}}]
)");
  std::vector<std::string> envelopes;
  for (int i = 0; i < 104; ++i) envelopes.push_back(scene.Get());
  std::atomic<int> allowed{0};
  InThreads(8, [&](int thread) {
    for (int i = 0; i < 13; ++i) {
      const auto at = static_cast<std::size_t>(thread * 13 + i);
      if (scene.gate->Authorize(envelopes[at], kNoon).allowed()) ++allowed;
    }
  });
  EXPECT_EQ(allowed, 20);
}

TEST(Threads, NothingIsAllowedThatBeganAfterRevokeReturned) {
  Scene scene;
  const TokenText child = {.id = "child", .subject = "c", .scope = "narrow"};
  for (int round = 0; round < 10; ++round) {
    const TokenText parent = {.id = "parent-" + std::to_string(round)};
    const TokenText of_child = {
        .id = "child-" + std::to_string(round), .subject = "c", .scope = "narrow"};
    ASSERT_TRUE(scene.Open(parent).ok());
    ASSERT_TRUE(scene.Open(of_child, parent.id).ok());
    std::vector<std::string> envelopes;
    for (int i = 0; i < 80; ++i) envelopes.push_back(scene.Read(kNoon, of_child));
    std::atomic<bool> is_revoked{false};
    std::atomic<int> late{0};
    InThreads(5, [&](int thread) {
      if (thread == 4) {
        (void)scene.gate->RevokeSession(parent.id);
        is_revoked = true;
        return;
      }
      for (int i = 0; i < 20; ++i) {
        const bool was_revoked = is_revoked;
        const auto at = static_cast<std::size_t>(thread * 20 + i);
        if (scene.gate->Authorize(envelopes[at], kNoon).allowed() && was_revoked) ++late;
      }
    });
    EXPECT_EQ(late, 0);
  }
}

TEST(Threads, PolicyKeysSessionsAndStateChangeUnderLoad) {
  Scene scene;
  const PolicySet allow = PolicyOf("{name: default, capabilities: [{tool_pattern: fs.read}]}");
  const PolicySet deny = PolicyOf("{name: default, capabilities: []}");
  const IssuerKeys keys = IssuerKeys::FromList({scene.issuer.public_key()}).value();
  std::vector<std::string> envelopes;
  for (int i = 0; i < 120; ++i) envelopes.push_back(scene.Read());
  std::atomic<int> strange{0};
  InThreads(5, [&](int thread) {
    if (thread == 4) {
      for (int i = 0; i < 30; ++i) {
        scene.gate->SetPolicy(i % 2 == 0 ? deny : allow);
        scene.gate->SetIssuerKeys(keys);
        const std::string id = "s" + std::to_string(i);
        if (!scene.Open({.id = id}).ok()) ++strange;
        if (!scene.gate->EndSession(id).ok()) ++strange;
        if (i % 10 == 0 && !scene.gate->RestoreState(scene.gate->ExportState()).ok()) ++strange;
      }
      return;
    }
    for (std::size_t i = 0; i < 30; ++i) {
      const Decision decision =
          scene.gate->Authorize(envelopes[static_cast<std::size_t>(thread) * 30 + i], kNoon);
      // Whichever policy judged, its digest is what the decision says.
      const bool is_allow = decision.policy_digest() == allow.Digest();
      const bool is_deny = decision.policy_digest() == deny.Digest();
      if (is_allow && !decision.allowed()) ++strange;
      if (is_deny && Answer(decision) != "TOOL_NOT_ALLOWED") ++strange;
    }
  });
  EXPECT_EQ(strange, 0);
}

}  // namespace
}  // namespace callgate
