#include <gtest/gtest.h>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

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
  EXPECT_EQ(decision.policy_digest(), scene.gate->policy().Digest());
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

}  // namespace
}  // namespace callgate
