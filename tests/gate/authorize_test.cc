#include <gtest/gtest.h>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

std::string With(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

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

TEST(Authorize, AReplayIsRefusedWhateverItLooksLike) {
  Scene scene;
  const std::string envelope =
      CreateEnvelope(Scene::Payload("fs.read", R"({"path":"/workspace/a"})"), scene.Token(),
                     scene.agent, kNoon + milliseconds(1))
          .value();
  ASSERT_TRUE(scene.gate->Authorize(envelope, kNoon).allowed());
  const auto is_replay = [&](const std::string& bytes) {
    const Decision decision = scene.gate->Authorize(bytes, kNoon);
    EXPECT_EQ(Answer(decision), "REPLAY_DETECTED");
    EXPECT_EQ(decision.cause(), "already_seen");
    EXPECT_TRUE(decision.effects().empty());
  };
  is_replay(envelope);
  is_replay(With(envelope, "smcp/v1", "seal/v1"));
  is_replay(With(envelope, "12:00:00.001Z", "12:00:00.002Z"));
  is_replay(With(envelope, "12:00:00.001Z", "12:00:00Z"));
  is_replay(With(envelope, "{", "{ "));
  is_replay(With(envelope, R"("id":1,"jsonrpc":"2.0")", R"("jsonrpc":"2.0","\u0069d":1)"));
}

TEST(Authorize, TwoEnvelopesOfOneTokenAreTwoCalls) {
  Scene scene;
  EXPECT_TRUE(scene.gate->Authorize(scene.Read(), kNoon).allowed());
  EXPECT_TRUE(scene.gate->Authorize(scene.Read(kNoon + seconds(1)), kNoon + seconds(1)).allowed());
}

TEST(Authorize, WhatPolicyDeniedIsSeenAndReplayOutranksTheDenial) {
  Scene scene;
  const std::string denied = scene.Call("shell.run", "{}");
  EXPECT_EQ(Answer(scene.gate->Authorize(denied, kNoon)), "TOOL_NOT_ALLOWED");
  EXPECT_EQ(Answer(scene.gate->Authorize(denied, kNoon)), "REPLAY_DETECTED");
  scene.gate->SetPolicy(PolicyOf("name: default\ncapabilities: [{tool_pattern: \"*\"}]\n"));
  EXPECT_EQ(Answer(scene.gate->Authorize(denied, kNoon)), "REPLAY_DETECTED");
  EXPECT_TRUE(scene.gate->Authorize(scene.Call("shell.run", "{}"), kNoon).allowed());
}

TEST(Authorize, FreshnessIsExactToTheMillisecondOnBothSides) {
  Scene scene;
  const auto answer = [&](milliseconds age) {
    const Time at = kNoon + seconds(100);
    const Decision decision = scene.gate->Authorize(scene.Read(at - age), at);
    EXPECT_EQ(decision.cause(), decision.allowed() ? "" : "outside_window");
    return Answer(decision);
  };
  EXPECT_EQ(answer(milliseconds(30'000)), "allowed");
  EXPECT_EQ(answer(milliseconds(30'001)), "REPLAY_DETECTED");
  EXPECT_EQ(answer(milliseconds(30'900)), "REPLAY_DETECTED");
  EXPECT_EQ(answer(milliseconds(-30'000)), "allowed");
  EXPECT_EQ(answer(milliseconds(-30'001)), "REPLAY_DETECTED");
}

TEST(Authorize, DigitsBelowAMillisecondCountTowardsTheFuture) {
  Scene scene;
  const std::string ahead = scene.Read(kNoon + milliseconds(30'000));
  const std::string just_over = With(ahead, "12:00:30.000Z", "12:00:30.000000001Z");
  EXPECT_EQ(Answer(scene.gate->Authorize(just_over, kNoon)), "REPLAY_DETECTED");
  EXPECT_EQ(Answer(scene.gate->Authorize(ahead, kNoon)), "allowed");
}

TEST(Authorize, AnEnvelopeCannotOutliveItsEntryByALaterFraction) {
  Scene scene;
  const std::string envelope = scene.Read(kNoon + milliseconds(1));
  ASSERT_TRUE(scene.gate->Authorize(envelope, kNoon).allowed());
  const std::string later = With(envelope, "00.001Z", "00.999Z");
  for (int age = 30'001; age <= 30'999; age += 499) {
    const Decision decision = scene.gate->Authorize(later, kNoon + milliseconds(age));
    EXPECT_EQ(Answer(decision), "REPLAY_DETECTED");
    EXPECT_EQ(decision.cause(), "already_seen");
  }
}

TEST(Authorize, AFutureDatedEnvelopeIsRememberedUntilItCanNoLongerBeFresh) {
  Scene scene;
  const std::string envelope = scene.Read(kNoon + seconds(30));
  ASSERT_TRUE(scene.gate->Authorize(envelope, kNoon).allowed());
  for (int age = 1; age <= 61; ++age) {
    EXPECT_EQ(Answer(scene.gate->Authorize(envelope, kNoon + seconds(age))), "REPLAY_DETECTED");
  }
}

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

TEST(Authorize, ToolsListIsAllowedForALiveSessionAndSeenOnce) {
  Scene scene;
  const std::string envelope = scene.Envelope(
      R"({"jsonrpc":"2.0","id":"x","method":"tools/list","params":{"cursor":"c","_meta":{}}})");
  const Decision decision = scene.gate->Authorize(envelope, kNoon);
  ASSERT_TRUE(decision.allowed());
  EXPECT_EQ(decision.payload(),
            R"({"id":"x","jsonrpc":"2.0","method":"tools/list","params":{"cursor":"c"}})");
  EXPECT_EQ(decision.method(), "tools/list");
  EXPECT_EQ(decision.tool(), "");
  EXPECT_EQ(decision.request_id(), "\"x\"");
  EXPECT_EQ(decision.context(), "default");
  EXPECT_EQ(decision.policy_digest(), "");
  EXPECT_EQ(decision.capability(), std::nullopt);
  EXPECT_EQ(decision.reason(), "allowed: it needs no capability");
  EXPECT_TRUE(decision.CheckResponse("{}").allowed());
  EXPECT_EQ(Answer(scene.gate->Authorize(envelope, kNoon)), "REPLAY_DETECTED");

  const std::string bare = scene.Envelope(R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})");
  (void)scene.gate->EndSession("session-1");
  EXPECT_EQ(Answer(scene.gate->Authorize(bare, kNoon)), "SESSION_INACTIVE");
}

TEST(Authorize, MetaIsSignedButNeitherJudgedNorForwarded) {
  Scene scene;
  const std::string payload =
      R"({"jsonrpc":"2.0","id":"a\"b\\","method":"tools/call","params":{"_meta":{"path":)"
      R"("/etc/passwd","x":["}",{"y":"\"]"}]},"name":"fs.read","arguments":{"path":"/workspace/a"}}})";
  const std::string envelope = scene.Envelope(payload);
  const Decision decision = scene.gate->Authorize(envelope, kNoon);
  ASSERT_TRUE(decision.allowed()) << decision.reason();
  EXPECT_EQ(decision.payload(), R"({"id":"a\"b\\","jsonrpc":"2.0","method":"tools/call","params":)"
                                R"({"arguments":{"path":"/workspace/a"},"name":"fs.read"}})");
  EXPECT_EQ(decision.arguments(), R"({"path":"/workspace/a"})");
  EXPECT_EQ(decision.request_id(), R"("a\"b\\")");
  EXPECT_EQ(
      Answer(scene.gate->Authorize(
          With(scene.Envelope(payload, kNoon + seconds(1)), "/etc/passwd", "/etc/shadow"), kNoon)),
      "INVALID_SIGNATURE");
}

TEST(Authorize, ThePayloadKeepsDigitsAndHoldsNoLineBreak) {
  Scene scene("name: default\ncapabilities: [{tool_pattern: \"*\"}]\n");
  const std::string envelope = scene.Envelope(
      "{\n\"jsonrpc\" : \"2.0\",\r\n \"id\": 7, \"method\":\"tools/call\",\n\"params\":{\"name\":"
      "\"t\",\n\"arguments\":{\"f\":1.0,\"e\":1e-05,\"n\":9007199254740993,\"s\":\"a\\nb\"}}}");
  const Decision decision = scene.gate->Authorize(envelope, kNoon);
  ASSERT_TRUE(decision.allowed()) << decision.reason();
  EXPECT_EQ(decision.arguments(), R"({"e":1e-05,"f":1.0,"n":9007199254740993,"s":"a\nb"})");
  EXPECT_EQ(decision.payload().find('\n'), std::string_view::npos);
}

TEST(Authorize, TheFormOfTheCallIsPartOfTheFormOfTheEnvelope) {
  Scene scene("name: default\ncapabilities: [{tool_pattern: \"*\"}]\n");
  const std::pair<const char*, const char*> cases[] = {
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}})", "allowed"},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools\/call","params":{"name":"u"}})", "allowed"},
      {R"({"jsonrpc":"2.0","id":-12345678901234567890,"method":"tools/call","params":{"name":"t"}})",
       "allowed"},
      {R"({"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"2.0","id":1.0,"method":"tools/call","params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"2.0","id":1e2,"method":"tools/call","params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"2.0","id":true,"method":"tools/call","params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"2.0","id":[1],"method":"tools/call","params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"2.0","method":"tools/call","params":{"name":"t"}})", ""},
      {R"({"id":1,"method":"tools/call","params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"name":"t"}})", ""},
      {R"({"jsonrpc":2.0,"id":1,"method":"tools/call","params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"fs.read","params":{"path":"/workspace/x"}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call ","params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"Tools/Call","params":{"name":"t"}})", ""},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools\uFF0Fcall\",\"params\":{\"name\":\"t\"}}",
       ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call"})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":null})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":""}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a b"}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a\u0000"}})", ""},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/"
       "call\",\"params\":{\"name\":\"fs.re\u0430d\"}}",
       ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":null}})",
       ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":[]}})",
       ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":"{}"}})",
       ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","Arguments":{}}})",
       ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","Name":"u"}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","task":{}}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","_meta":1}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"ID":2,"method":"tools/call","params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","Params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"},"result":{}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"name":"t"}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":1}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"Cursor":"c"}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":1}})", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":null})", ""},
  };
  for (const auto& [payload, expected] : cases) {
    const Decision decision = scene.gate->Authorize(scene.Envelope(payload), kNoon);
    EXPECT_EQ(Answer(decision), *expected == '\0' ? "INVALID_ENVELOPE" : expected) << payload;
    EXPECT_EQ(decision.effects().empty(), !decision.allowed()) << payload;
  }
}

TEST(Authorize, AMemberThatDiffersFromAKnownOneOnlyByCaseIsToldFromAnUnknownOne) {
  Scene scene;
  const auto reason = [&](std::string_view member) {
    const std::string payload =
        R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"fs.read",")";
    return scene.gate->Authorize(scene.Envelope(payload + std::string(member) + "\":{}}}"), kNoon)
        .reason();
  };
  EXPECT_NE(reason("Arguments").find("differs from arguments only by case"), std::string::npos);
  EXPECT_NE(reason("_META").find("differs from _meta only by case"), std::string::npos);
  for (const std::string_view unknown : {"task", "?meta", "argument"}) {
    EXPECT_NE(reason(unknown).find("unknown member"), std::string::npos) << unknown;
  }
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

TEST(Authorize, ToolsListNeedsTheContextsOfTheChain) {
  Scene scene;
  const TokenText child = {.id = "child", .subject = "c", .scope = "narrow"};
  ASSERT_TRUE(scene.Open(child, "session-1").ok());
  const auto list = [&](const TokenText& text = {}) {
    const std::string payload = R"({"jsonrpc":"2.0","id":)" + std::to_string(++scene.calls);
    return scene.Envelope(payload + R"(,"method":"tools/list"})", kNoon, text);
  };
  scene.gate->SetPolicy(PolicyOf("name: narrow\ncapabilities: []\n"));
  const std::string own = list();
  const Decision denied = scene.gate->Authorize(own, kNoon);
  EXPECT_EQ(Answer(denied), "SCOPE_NOT_FOUND");
  EXPECT_EQ(denied.context(), "default");
  EXPECT_EQ(denied.policy_digest(), scene.gate->policy().Digest());
  EXPECT_FALSE(denied.effects().empty());
  EXPECT_EQ(Answer(scene.gate->Authorize(own, kNoon)), "REPLAY_DETECTED");
  // The child's own context is there, but its parent's is not.
  EXPECT_EQ(Answer(scene.gate->Authorize(list(child), kNoon)), "SCOPE_NOT_FOUND");
  scene.gate->SetPolicy(PolicyOf(kPolicy));
  EXPECT_TRUE(scene.gate->Authorize(list(), kNoon).allowed());
  EXPECT_TRUE(scene.gate->Authorize(list(child), kNoon).allowed());
}

TEST(Authorize, RatesAreChargedOnlyForCallsThatPolicyAllows) {
  Scene scene;
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(scene.gate->Authorize(scene.Call("web.put", "{}"), kNoon).allowed());
  }
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(scene.gate->Authorize(scene.Get(), kNoon).allowed());
  const std::string over = scene.Get();
  const Decision decision = scene.gate->Authorize(over, kNoon);
  EXPECT_EQ(Answer(decision), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(decision.retry_after(), seconds(60));
  EXPECT_TRUE(decision.charged().empty());
  EXPECT_EQ(decision.charges().size(), 1u);
  EXPECT_EQ(Answer(scene.gate->Authorize(over, kNoon)), "REPLAY_DETECTED");
}

TEST(Authorize, TheNextCapabilityThatAllowsIsChargedWhenTheFirstHasNoRoom) {
  Scene scene(R"(
name: default
capabilities:
  - {tool_pattern: t, rate_limit: {calls: 1, per_seconds: 60}, max_response_size: 10}
  - {tool_pattern: "*", rate_limit: {calls: 1, per_seconds: 30}, max_response_size: 20}
)");
  const Decision first = scene.gate->Authorize(scene.Call("t", "{}"), kNoon);
  const Decision second = scene.gate->Authorize(scene.Call("t", "{}"), kNoon);
  const Decision third = scene.gate->Authorize(scene.Call("t", "{}"), kNoon);
  EXPECT_EQ(first.capability(), 0u);
  EXPECT_EQ(first.max_response_size(), 10u);
  EXPECT_EQ(second.capability(), 1u);
  EXPECT_EQ(second.max_response_size(), 20u);
  EXPECT_EQ(second.charged()[0].tool_pattern, "*");
  EXPECT_EQ(Answer(third), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(third.retry_after(), seconds(30));
}

TEST(Authorize, ARateIsTheLastOfTheChecksThatADenialTells) {
  Scene scene(R"(
name: default
capabilities:
  - {tool_pattern: t, path_allowlist: [/a]}
  - {tool_pattern: t, rate_limit: {calls: 1, per_seconds: 60}}
  - {tool_pattern: u}
  - {tool_pattern: "*", rate_limit: {calls: 1, per_seconds: 60}}
)");
  const auto send = [&] {
    return scene.gate->Authorize(scene.Call("t", R"({"path":"/b"})"), kNoon);
  };
  EXPECT_TRUE(send().allowed());
  EXPECT_TRUE(send().allowed());
  const Decision limited = send();
  EXPECT_EQ(Answer(limited), "RATE_LIMIT_EXCEEDED");
  EXPECT_EQ(limited.capability(), 1u);
  EXPECT_EQ(limited.rule(), "rate.sliding");
  EXPECT_EQ(limited.context(), "default");
  EXPECT_TRUE(limited.charged().empty());
  EXPECT_EQ(limited.charges().size(), 2u);
  ASSERT_EQ(limited.details().size(), 3u);
  EXPECT_EQ(limited.details()[0].code, ErrorCode::kPathNotAllowed);
  EXPECT_EQ(limited.details()[0].where, "/path");
  EXPECT_EQ(limited.details()[1].code, ErrorCode::kRateLimitExceeded);
  EXPECT_EQ(limited.details()[2].capability, 3u);
  EXPECT_EQ(limited.details()[2].rule, "rate.sliding");
  EXPECT_NE(limited.reason().find("in capability 1 (t)"), std::string::npos) << limited.reason();
}

TEST(Authorize, AFullLedgerDeniesAndEvictsNothing) {
  GateOptions options;
  options.limits.max_replay_entries_per_session = 2;
  Scene scene(kPolicy, options);
  ASSERT_TRUE(scene.Open({.id = "session-2", .subject = "agent-8"}).ok());
  const std::string first = scene.Read();
  EXPECT_EQ(Answer(scene.gate->Authorize(first, kNoon)), "allowed");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(), kNoon)), "allowed");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(), kNoon)), "LEDGER_FULL");
  EXPECT_EQ(Answer(scene.gate->Authorize(first, kNoon)), "REPLAY_DETECTED");
  const TokenText other = {.id = "session-2", .subject = "agent-8"};
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(kNoon, other), kNoon)), "allowed");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Read(kNoon + seconds(31)), kNoon + seconds(31))),
            "allowed");
}

TEST(Authorize, ResponsesAreHeldToTheLimitOfTheCapability) {
  Scene scene;
  const Decision decision = scene.gate->Authorize(scene.Read(), kNoon);
  EXPECT_TRUE(decision.CheckResponse('"' + std::string(98, 'x') + '"').allowed());
  const Decision over = decision.CheckResponse('"' + std::string(99, 'x') + '"');
  EXPECT_EQ(Answer(over), "OUTPUT_SIZE_EXCEEDED");
  EXPECT_EQ(over.session_id(), "session-1");
  EXPECT_EQ(over.payload(), "");
  EXPECT_EQ(over.effects(), "");
  EXPECT_EQ(Answer(scene.gate->Authorize(scene.Call("no", "{}"), kNoon).CheckResponse("1")),
            "TOOL_NOT_ALLOWED");
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
