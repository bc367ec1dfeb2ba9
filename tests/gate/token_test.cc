#include <gtest/gtest.h>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

TEST(Authorize, TheTokenIsTheSessions) {
  Scene scene;
  const auto answer = [&](const TokenText& text, const SecretKey& signer) {
    const std::string payload = Scene::Payload("fs.read", R"({"path":"/workspace/a"})");
    return Answer(scene.gate->Authorize(
        CreateEnvelope(payload, scene.Token(text), signer, kNoon).value(), kNoon));
  };
  EXPECT_EQ(answer({.subject = "agent-8"}, scene.agent), "INVALID_TOKEN");
  EXPECT_EQ(answer({.scope = "narrow"}, scene.agent), "INVALID_TOKEN");
  EXPECT_EQ(answer({.id = ""}, scene.agent), "INVALID_TOKEN");
  EXPECT_EQ(answer({.id = "session-2"}, scene.agent), "UNKNOWN_SESSION");
  const SecretKey thief = KeyNumber('t');
  EXPECT_EQ(answer({}, thief), "INVALID_SIGNATURE");
  const std::string cnf = R"(,"cnf":{"jkt":")" + thief.public_key().Thumbprint() + "\"}";
  EXPECT_EQ(answer({.more = cnf}, scene.agent), "INVALID_TOKEN");
  // Another token of the same session is as good as the first.
  EXPECT_EQ(answer({.expires = kNoon + seconds(1'800)}, scene.agent), "allowed");
}

TEST(Authorize, ATokenThatNamesItsKeyIsNotReplacedByOneThatDoesNot) {
  Scene scene(kPolicy, {}, false);
  const std::string cnf = R"(,"cnf":{"jkt":")" + scene.agent.public_key().Thumbprint() + "\"}";
  ASSERT_TRUE(scene.Open({.more = cnf}).ok());
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(kNoon, {.more = cnf}), kNoon)), "allowed");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(), kNoon)), "INVALID_TOKEN");
  // Nor by one that names another key: whoever issued it meant another holder.
  const std::string other = R"(,"cnf":{"jkt":")" + KeyNumber('t').public_key().Thumbprint() + "\"}";
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(kNoon, {.more = other}), kNoon)),
            "INVALID_TOKEN");
  EXPECT_EQ(Answer(scene.gate->RenewSession("session-1", scene.Token({.more = other}), kNoon)),
            "INVALID_TOKEN");
}

TEST(Authorize, ATokenIsCheckedAtEveryUse) {
  Scene scene;
  const Time exp = kNoon + seconds(3'600);
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(exp - milliseconds(1)), exp - milliseconds(1))),
            "allowed");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(exp), exp)), "EXPIRED_TOKEN");
}

TEST(Authorize, KeysThatWereTakenBackVerifyNothing) {
  Scene scene;
  ASSERT_TRUE(scene.gate->Authorize(scene.Read(), kNoon).allowed());
  scene.gate->SetIssuerKeys(IssuerKeys::FromList({KeyNumber('n').public_key()}).value());
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(), kNoon)), "INVALID_TOKEN");
  scene.gate->SetIssuerKeys(IssuerKeys::FromList({scene.issuer.public_key()}).value());
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(), kNoon)), "allowed");
}

}  // namespace
}  // namespace callgate
