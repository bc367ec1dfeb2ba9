#include <gtest/gtest.h>

#include "callgate/audit.h"
#include "tests/gate/scene.h"
#include "tests/support/vectors.h"

namespace callgate {
namespace {

std::string Hex(const std::optional<Sha256Digest>& digest) {
  return test::ToHex(AsBytes(digest.value()));
}

TEST(AuditEvent, OfAnAllowedCallHasItsProof) {
  Scene scene;
  const Decision decision = scene.gate->Authorize(scene.Read(), kNoon);
  ASSERT_TRUE(decision.allowed());
  const std::string text = WriteAuditEvent(decision, Redaction(), "trace", "::1");
  EXPECT_EQ(
      text,
      R"({"allowed":true,"capability":0,"context":"default","event":"ToolCallAuthorized",)"
      R"("message_digest":")" +
          Hex(decision.message_digest()) +
          R"(","method":"tools/call","payload":"{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":)"
          R"(\"tools/call\",\"params\":{\"arguments\":{\"path\":\"/workspace/a/x\"},\"name\":)"
          R"(\"fs.read\"}}","peer":"::1","policy_digest":")" +
          std::string(decision.policy_digest()) + R"(","public_key":")" +
          scene.agent.public_key().ToBase64() +
          R"(","request_id":1,"rule":"order.any-capability","session":"session-1","signature":")" +
          Base64Encode(AsBytes(*decision.signature())) +
          R"(","timestamp":"2026-02-17T12:00:00.000Z","token":")" + Hex(decision.token_digest()) +
          R"(","tool":"fs.read","trace_id":"trace","workload":"agent-7"})");
  EXPECT_EQ(json::Canonicalize(text).value(), text);
}

TEST(AuditEvent, NamesTheSubjectOfTheSession) {
  Scene scene;
  const Decision decision = scene.gate->Authorize(scene.Read(), kNoon);
  const AuditSubject subject{.name = "spiffe://mesh.example/agent",
                             .source = "svid",
                             .entity = "mesh.example",
                             .spiffe_id = "spiffe://mesh.example/agent",
                             .certificate_sha256 = "c0ffee",
                             .attestation_issuer = "https://issuer.example",
                             .attestation_subject = "agent-7",
                             .trust_level = "enterprise"};
  const std::string text = WriteAuditEvent(decision, Redaction(), "trace", "::1", subject);
  EXPECT_EQ(json::Canonicalize(text).value(), text);
  const auto event = json::Parse(text);
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event->root().Find("subject")->string(), subject.name);
  EXPECT_EQ(event->root().Find("subject_source")->string(), "svid");
  EXPECT_EQ(event->root().Find("entity")->string(), "mesh.example");
  EXPECT_EQ(event->root().Find("spiffe_id")->string(), subject.spiffe_id);
  EXPECT_EQ(event->root().Find("certificate_sha256")->string(), "c0ffee");
  EXPECT_EQ(event->root().Find("attestation_issuer")->string(), "https://issuer.example");
  EXPECT_EQ(event->root().Find("attestation_subject")->string(), "agent-7");
  EXPECT_EQ(event->root().Find("trust_level")->string(), "enterprise");
}

TEST(AuditEvent, OfADenialSaysWhyAndWhatWasSigned) {
  Scene scene;
  const Decision decision = scene.gate->Authorize(scene.Call("fs.delete", "{}"), kNoon);
  const auto event = json::Parse(WriteAuditEvent(decision, Redaction()));
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event->root().Find("event")->string(), "PolicyViolationBlocked");
  EXPECT_EQ(event->root().Find("code_name")->string(), "TOOL_EXPLICITLY_DENIED");
  EXPECT_EQ(event->root().Find("reason")->string(), decision.reason());
  EXPECT_EQ(event->root().Find("payload")->string(), decision.signed_payload());
}

TEST(AuditEvent, OfAForgedEnvelopeBelievesNothing) {
  Scene scene;
  const std::string forged = With(scene.Read(), "/workspace/a/x", "/workspace/a/y");
  const std::string text = WriteAuditEvent(scene.gate->Authorize(forged, kNoon), Redaction());
  EXPECT_EQ(text.find("/workspace/a/y"), std::string::npos);
  EXPECT_NE(text.find(R"("envelope_digest":")" + Hex(Sha256(forged))), std::string::npos);
  EXPECT_NE(text.find("SignatureVerificationFailed"), std::string::npos);
}

TEST(AuditEvent, KeepsSecretsOut) {
  Scene scene("name: default\ncapabilities: [{tool_pattern: \"*\"}]\n");
  const std::string text = WriteAuditEvent(
      scene.gate->Authorize(scene.Call("t", R"({"api_key":"hush","a":"b"})"), kNoon), Redaction());
  EXPECT_EQ(text.find("hush"), std::string::npos);
  EXPECT_NE(text.find(R"("arguments":{"a":"b","api_key":"[redacted]"})"), std::string::npos);
  EXPECT_NE(text.find(R"("redacted":["/api_key"])"), std::string::npos);
}

TEST(AuditEvent, WritesEveryRequestId) {
  const std::pair<const char*, const char*> ids[] = {
      {"-0", "0"},
      {"9007199254740991", "9007199254740991"},
      {"9007199254740992", R"("0x20000000000000")"},
      {"-9007199254740993", R"("-0x20000000000001")"},
      {R"("a\"b\n")", R"("a\"b\n")"},
      {R"("")", R"("")"},
      {R"("Bearer abcdefghijkl")", R"("[redacted]")"},
  };
  for (const auto& [id, written] : ids) {
    Scene scene;
    const std::string payload =
        With(Scene::Payload("fs.read", "{}"), R"("id":1)", R"("id":)" + std::string(id));
    const Decision decision = scene.gate->Authorize(scene.Envelope(payload), kNoon);
    EXPECT_NE(WriteAuditEvent(decision, Redaction())
                  .find(R"("request_id":)" + std::string(written) + ','),
              std::string::npos)
        << id;
  }
}

TEST(AuditEvent, ShowsNoSecretBehindLongCharactersOfARequestId) {
  std::string beginning;
  for (int i = 0; i < 2000; ++i) beginning += "€";  // three bytes each
  const auto written = [&](const std::string& end) {
    Scene scene;
    const std::string payload =
        With(Scene::Payload("fs.read", "{}"), R"("id":1)", R"("id":")" + beginning + end + '"');
    return WriteAuditEvent(scene.gate->Authorize(scene.Envelope(payload), kNoon), Redaction());
  };
  EXPECT_NE(written(" Bearer abcdefghijkl").find(R"("request_id":"[redacted]")"),
            std::string::npos);
  EXPECT_NE(written(" a bearer of news").find(" a bearer of news"), std::string::npos);
}

TEST(AuditEvent, IsNamedByTheCode) {
  EXPECT_EQ(AuditEventOf(ErrorCode::kExpiredToken), AuditEvent::kSecurityTokenExpired);
  EXPECT_EQ(AuditEventOf(ErrorCode::kInvalidSignature), AuditEvent::kSignatureVerificationFailed);
  EXPECT_EQ(AuditEventOf(ErrorCode::kReplayDetected), AuditEvent::kSignatureVerificationFailed);
  EXPECT_EQ(AuditEventOf(ErrorCode::kSessionInactive), AuditEvent::kSignatureVerificationFailed);
  EXPECT_EQ(AuditEventOf(ErrorCode::kToolNotAllowed), AuditEvent::kPolicyViolationBlocked);
  EXPECT_EQ(AuditEventOf(ErrorCode::kLedgerFull), AuditEvent::kPolicyViolationBlocked);
  EXPECT_EQ(AuditEventName(AuditEvent::kSecurityTokenExpired), "SecurityTokenExpired");
}

TEST(AuditFields, AreCanonicalAndBounded) {
  EXPECT_EQ(
      WriteAuditFields(R"({ "b" : [1.0, 0.30000000000000004], "a": "x", "n": null })").value(),
      R"({"a":"x","b":[1,0.30000000000000004],"n":null})");
  EXPECT_EQ(WriteAuditFields(R"({"a":")" + std::string(2050, 'x') + R"("})").value(),
            R"({"a":")" + std::string(2048, 'x') + R"x(… (2 more)"})x");
  EXPECT_EQ(WriteAuditFields(R"({"n":1e300})").value(), R"({"n":"1e300"})");
  const std::string payload(3000, 'p');
  EXPECT_EQ(WriteAuditFields(R"({"payload":")" + payload + R"("})").value(),
            R"({"payload":")" + payload + R"("})");
  EXPECT_FALSE(WriteAuditFields("[]").ok());
}

TEST(AuditFields, ThatAreTooMuchAreLeftOutTheLongestFirst) {
  const std::string text =
      WriteAuditFields(R"({"a":"short","payload":")" + std::string(600'000, 'x') + R"(","z":1})")
          .value();
  EXPECT_EQ(text, R"({"a":"short","left_out":{"payload":{"bytes":600002,"sha256":")" +
                      Hex(Sha256('"' + std::string(600'000, 'x') + '"')) + R"("}},"z":1})");
}

TEST(AuditOutcome, SaysHowACallEnded) {
  AuditOutcome outcome{.event = 7, .outcome = "succeeded"};
  EXPECT_EQ(WriteAuditOutcome(outcome), R"({"event":7,"outcome":"succeeded"})");
  outcome.result = "{}";
  outcome.milliseconds = 12.0;
  outcome.dispatched = true;
  EXPECT_EQ(WriteAuditOutcome(outcome),
            R"({"dispatched":true,"duration_ms":12,"event":7,"outcome":"succeeded","result":")" +
                Hex(Sha256("{}")) + R"(","result_bytes":2})");
  const AuditOutcome failed{.event = 8,
                            .outcome = "failed",
                            .milliseconds = 0.0004,
                            .error = "UPSTREAM_TIMEOUT",
                            .dispatched = false};
  EXPECT_EQ(WriteAuditOutcome(failed), R"({"dispatched":false,"duration_ms":0,"error":)"
                                       R"("UPSTREAM_TIMEOUT","event":8,"outcome":"failed"})");
}

}  // namespace
}  // namespace callgate
