#include <gtest/gtest.h>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

TEST(Authorize, AllowsACallThatIsSignedFreshAndAllowed) {
  Scene scene;
  const std::string envelope = scene.Read();
  const Decision decision = scene.gate->Authorize(envelope, kNoon);
  ASSERT_TRUE(decision.allowed()) << decision.reason();
  EXPECT_EQ(decision.code(), std::nullopt);
  EXPECT_EQ(decision.payload(), R"({"id":1,"jsonrpc":"2.0","method":"tools/call","params":)"
                                R"({"arguments":{"path":"/workspace/a/x"},"name":"fs.read"}})");
  EXPECT_EQ(decision.session_id(), "session-1");
  EXPECT_EQ(decision.subject(), "agent-7");
  EXPECT_EQ(decision.context(), "default");
  EXPECT_EQ(decision.method(), "tools/call");
  EXPECT_EQ(decision.tool(), "fs.read");
  EXPECT_EQ(decision.request_id(), "1");
  EXPECT_EQ(decision.arguments(), R"({"path":"/workspace/a/x"})");
  EXPECT_EQ(decision.public_key(), scene.agent.public_key());
  EXPECT_TRUE(decision.signature().has_value());
  EXPECT_EQ(decision.policy_digest(), scene.gate->policy().Digest());
  EXPECT_EQ(decision.capability(), 0u);
  EXPECT_EQ(decision.max_response_size(), 100u);
  EXPECT_TRUE(decision.charged().empty());
  const std::string message =
      CanonicalMessage(decision.payload(), scene.Token(), kNoon.time_since_epoch().count() / 1000)
          .value();
  EXPECT_EQ(decision.message_digest(), Sha256(message));
}

TEST(Authorize, ADecisionNeverChangesWhateverHappensLater) {
  Decision decision;
  {
    Scene scene;
    decision = scene.gate->Authorize(scene.Get(), kNoon);
    scene.gate->SetPolicy(PolicyOf("name: default\ncapabilities: []\n"));
    (void)scene.gate->RevokeSession("session-1");
  }
  EXPECT_TRUE(decision.allowed());
  EXPECT_EQ(decision.session_id(), "session-1");
  EXPECT_EQ(decision.context(), "default");
  EXPECT_EQ(decision.tool(), "web.get");
  ASSERT_EQ(decision.charged().size(), 1u);
  EXPECT_EQ(decision.charged()[0].Key(), "default web.get 0 agent-7");
  EXPECT_FALSE(decision.policy_digest().empty());
  EXPECT_FALSE(decision.effects().empty());
}

TEST(Authorize, SaysOfADenialOnlyWhatWasVerified) {
  Scene scene;
  const Decision malformed = scene.gate->Authorize("{}", kNoon);
  EXPECT_EQ(malformed.session_id(), "");
  const Decision forged =
      scene.gate->Authorize(With(scene.Read(), "/workspace/a/x", "/workspace/a/y"), kNoon);
  EXPECT_EQ(Answer(forged), "INVALID_SIGNATURE");
  EXPECT_EQ(forged.session_id(), "session-1");  // the issuer signed that
  EXPECT_EQ(forged.public_key(), scene.agent.public_key());
  EXPECT_EQ(forged.tool(), "");
  EXPECT_EQ(forged.arguments(), "");
  EXPECT_EQ(forged.signature(), std::nullopt);
  EXPECT_EQ(forged.message_digest(), std::nullopt);
  EXPECT_EQ(forged.effects(), "");

  const Decision denied = scene.gate->Authorize(scene.Call("fs.delete", "{}"), kNoon);
  EXPECT_EQ(Answer(denied), "TOOL_EXPLICITLY_DENIED");
  EXPECT_EQ(denied.tool(), "fs.delete");
  EXPECT_EQ(denied.arguments(), "{}");
  EXPECT_EQ(denied.payload(), "");
  EXPECT_FALSE(denied.effects().empty());
  EXPECT_FALSE(denied.policy_digest().empty());
}

TEST(Authorize, TheFirstFailureOfTheFlowIsWhatIsReported) {
  // Each envelope has the fault of its line and of every line below it.
  Scene scene;
  const Time stale = kNoon - seconds(31);
  const auto broken = [&](std::string payload, const TokenText& token, const SecretKey& issuer,
                          const SecretKey& signer) {
    return CreateEnvelope(payload, Scene::Token(token, issuer), signer, stale).value();
  };
  const std::string denied = Scene::Payload("fs.delete", "{}");
  const SecretKey other = KeyNumber('x');
  const TokenText expired = {.id = "unknown", .expires = kNoon - seconds(1)};
  const std::string form =
      broken(R"({"jsonrpc":"2.0","method":"tools/call"})", expired, other, other);
  EXPECT_EQ(Answer(scene.gate->Authorize(form, kNoon)), "INVALID_ENVELOPE");
  EXPECT_EQ(Answer(scene.gate->Authorize(broken(denied, expired, other, other), kNoon)),
            "INVALID_TOKEN");
  EXPECT_EQ(Answer(scene.gate->Authorize(broken(denied, expired, scene.issuer, other), kNoon)),
            "EXPIRED_TOKEN");
  EXPECT_EQ(
      Answer(scene.gate->Authorize(broken(denied, {.id = "unknown"}, scene.issuer, other), kNoon)),
      "UNKNOWN_SESSION");
  EXPECT_EQ(Answer(scene.gate->Authorize(broken(denied, {.scope = "narrow"}, scene.issuer, other),
                                         kNoon)),
            "INVALID_TOKEN");
  EXPECT_EQ(Answer(scene.gate->Authorize(broken(denied, {}, scene.issuer, other), kNoon)),
            "INVALID_SIGNATURE");
  EXPECT_EQ(Answer(scene.gate->Authorize(broken(denied, {}, scene.issuer, scene.agent), kNoon)),
            "REPLAY_DETECTED");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Call("fs.delete", "{}"), kNoon)),
            "TOOL_EXPLICITLY_DENIED");
}

TEST(Authorize, ATimeThatNoClockShowsIsRefused) {
  Scene scene;
  const std::string envelope = scene.Read();
  EXPECT_EQ(Answer(scene.gate->Authorize(envelope, Time(milliseconds(0)))), "INVALID_ARGUMENT");
  EXPECT_EQ(Answer(scene.gate->Authorize(envelope, kLatestTime + milliseconds(1))),
            "INVALID_ARGUMENT");
  EXPECT_EQ(Answer(scene.gate->RenewSession("session-1", scene.Token(), Time(milliseconds(0)))),
            "INVALID_ARGUMENT");
  EXPECT_EQ(Answer(scene.gate->Authorize(envelope, kNoon)), "allowed");
}

TEST(Authorize, ASessionsContextThatIsGoneIsNotFound) {
  Scene scene;
  scene.gate->SetPolicy(PolicyOf("name: other\ncapabilities: [{tool_pattern: \"*\"}]\n"));
  const Decision decision = scene.gate->Authorize(scene.Read(), kNoon);
  EXPECT_EQ(Answer(decision), "SCOPE_NOT_FOUND");
  EXPECT_EQ(decision.context(), "default");
}

TEST(Authorize, NoMessageHoldsATokenOrASignature) {
  Scene scene;
  const std::string token = scene.Token();
  for (const std::string& bytes :
       {scene.Read() + "x", With(scene.Read(), token, token + "A"),
        With(scene.Read(), "Z\"", "z\""), scene.Call("fs.read", R"({"path":"/etc"})")}) {
    const Decision decision = scene.gate->Authorize(bytes, kNoon);
    EXPECT_FALSE(decision.allowed());
    EXPECT_EQ(decision.reason().find(token), std::string::npos);
    EXPECT_EQ(decision.reason().find(token.substr(token.size() - 20)), std::string::npos);
    EXPECT_LT(decision.reason().size(), 500u);
  }
}

}  // namespace
}  // namespace callgate
