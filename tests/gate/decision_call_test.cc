#include <gtest/gtest.h>

#include "tests/gate/scene.h"

namespace callgate {
namespace {

TEST(DecisionOfACall, SaysWhatWasSignedAlsoWhereItDenies) {
  Scene scene;
  const std::string payload =
      R"({"jsonrpc":"2.0","id":"\"}","method":"tools/call","params":{"_meta":{"a":["}"]},"name":)";
  for (const char* tool : {"fs.read", "fs.delete"}) {
    const std::string whole = payload + '"' + tool + R"(","arguments":{"path":"/workspace/a"}}})";
    const Decision decision = scene.gate->Authorize(scene.Envelope(whole), kNoon);
    EXPECT_EQ(decision.allowed(), std::string_view(tool) == "fs.read");
    EXPECT_EQ(decision.signed_payload(),
              R"({"id":"\"}","jsonrpc":"2.0","method":"tools/call","params":{"_meta":{"a":["}"]},)"
              R"("arguments":{"path":"/workspace/a"},"name":")" +
                  std::string(tool) + R"("}})");
    EXPECT_EQ(decision.timestamp(), "2026-02-17T12:00:00.000Z");
    EXPECT_EQ(decision.token_digest(), Sha256(scene.Token()));
    EXPECT_EQ(decision.envelope_digest(), std::nullopt);
    EXPECT_EQ(decision.request_id(), R"("\"}")");
  }
}

TEST(DecisionOfACall, KeepsTheTimestampAsItWasSent) {
  Scene scene;
  for (const char* text : {"2026-02-17T12:00:00Z", "2026-02-17T12:00:00.123456789Z"}) {
    // The fraction is not signed.
    const std::string envelope = With(scene.Read(), "2026-02-17T12:00:00.000Z", text);
    EXPECT_EQ(scene.gate->Authorize(envelope, kNoon).timestamp(), text);
  }
  const std::string seal = With(CreateEnvelope(Scene::Payload("fs.read", "{}"), scene.Token(),
                                               scene.agent, kNoon, Protocol::kSealV1)
                                    .value(),
                                R"("2026-02-17T12:00:00.000Z")", "1771329600");
  EXPECT_EQ(scene.gate->Authorize(seal, kNoon).timestamp(), "1771329600");
}

TEST(DecisionOfACall, KnowsOnlyTheDigestOfWhatDidNotVerify) {
  Scene scene;
  const std::string forged = With(scene.Read(), "/workspace/a/x", "/workspace/a/y");
  for (const std::string& envelope :
       {std::string(), std::string("{}"), forged, std::string(20'000, '[')}) {
    const Decision decision = scene.gate->Authorize(envelope, kNoon);
    EXPECT_EQ(decision.envelope_digest(), Sha256(envelope));
    EXPECT_EQ(decision.signed_payload(), "");
    EXPECT_EQ(decision.timestamp(), "");
    EXPECT_EQ(decision.token_digest(), std::nullopt);
    const Decision untimely = scene.gate->Authorize(envelope, Time(milliseconds(-1)));
    EXPECT_EQ(untimely.envelope_digest(), Sha256(envelope));
  }
  const std::string endless((1 << 20) + 1, ' ');
  EXPECT_EQ(scene.gate->Authorize(endless, kNoon).envelope_digest(), std::nullopt);
}

TEST(DecisionOfACall, OfPolicyAloneHasNothingOfACall) {
  const Decision decision = PolicyOf(kPolicy).Evaluate("default", "fs.read", "{}");
  EXPECT_EQ(decision.signed_payload(), "");
  EXPECT_EQ(decision.timestamp(), "");
  EXPECT_EQ(decision.envelope_digest(), std::nullopt);
  EXPECT_EQ(decision.message_digest(), std::nullopt);
  EXPECT_EQ(decision.token_digest(), std::nullopt);
  EXPECT_EQ(decision.session_id(), "");
}

}  // namespace
}  // namespace callgate
