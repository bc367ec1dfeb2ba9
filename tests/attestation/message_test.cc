#include <gtest/gtest.h>

#include "tests/attestation/scene.h"

namespace callgate {
namespace {

using test::kAttestedAt;
using test::kServer;
using test::Reason;
using test::Scene;

std::string Quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

// A call with `carrier` as our member of _meta.
std::string Call(const std::string& carrier, const std::string& arguments = "{}") {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":)" +
         arguments + R"(,"_meta":{"dev.callgate/agent-attestation":)" + carrier + "}}}";
}

std::string Initialize(const std::string& carrier) {
  return R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":)"
         R"({"experimental":{"security.attestation":)" +
         carrier + "}}}}";
}

AttestationVerdict Verify(const Scene& scene, const std::string& json) {
  return scene.Verifier().Verify(ReadAttestedMessage(json).value(), kAttestedAt);
}

// The carrier of a token, and of a proof for the message that `made` makes of a carrier.
template <typename Made>
std::string WithProof(const Scene& scene, const std::string& token, Made made) {
  const AttestedMessage bare = ReadAttestedMessage(made("{}")).value();
  const std::string proof = scene.Proof(token, bare.method, *bare.request_hash);
  return made(R"({"token":)" + Quoted(token) + R"(,"proof":)" + Quoted(proof) + "}");
}

TEST(AttestedMessage, AModernCallIsVerifiedByItsTokenAndProof) {
  const Scene scene;
  const std::string token = scene.BoundToken();
  const std::string call =
      WithProof(scene, token, [](const std::string& carrier) { return Call(carrier); });
  EXPECT_TRUE(Verify(scene, call).proven);
  // The same carrier with other arguments.
  std::string moved = call;
  moved.replace(moved.find(R"("arguments":{})"), 14, R"("arguments":{"a":1})");
  EXPECT_EQ(Verify(scene, moved).where, "proof/rqh");
}

TEST(AttestedMessage, AModernCallNeedsAProof) {
  const Scene scene;
  EXPECT_EQ(Reason(Verify(scene, Call(R"({"token":)" + Quoted(scene.BoundToken()) + "}"))),
            "proof");
  EXPECT_EQ(Reason(Verify(scene, Call(R"({"token":)" + Quoted(scene.Token()) + "}"))), "proof");
  EXPECT_EQ(Reason(Verify(scene, Call("null"))), "not_provided");
  EXPECT_EQ(Reason(Verify(scene, Call(R"({"proof":"a.b.c"})"))), "not_provided");
}

TEST(AttestedMessage, ALegacyHandshakeTakesABearerOrAProof) {
  const Scene scene;
  EXPECT_TRUE(Verify(scene, Initialize(R"({"token":)" + Quoted(scene.Token()) + "}")).verified);
  const std::string bound = scene.BoundToken();
  EXPECT_EQ(Reason(Verify(scene, Initialize(R"({"token":)" + Quoted(bound) + "}"))), "proof");
  EXPECT_TRUE(Verify(scene, WithProof(scene, bound, Initialize)).proven);
}

TEST(AttestedMessage, ACarrierOfAWrongFormIsMalformed) {
  const Scene scene;
  const AttestationVerdict verdict = Verify(scene, Initialize(R"({"token":7})"));
  EXPECT_EQ(Reason(verdict), "malformed");
  EXPECT_EQ(verdict.where, "/params/capabilities/experimental/security.attestation/token");
  EXPECT_EQ(Reason(Verify(scene, Call("[]"))), "malformed");
}

TEST(AttestedMessage, WhatCannotBeHashedCannotBeProven) {
  const Scene scene;
  const std::string large = R"({"n":9007199254740993})";
  const AttestationVerdict verdict =
      Verify(scene, Call(R"({"token":"a.b.c","proof":"d.e.f"})", large));
  EXPECT_EQ(Reason(verdict), "proof");
  EXPECT_TRUE(verdict.where.starts_with("byte "));
  EXPECT_EQ(Reason(Verify(scene, Call(R"({"proof":"d.e.f"})", large))), "not_provided");
}

TEST(AttestedMessage, ABatchIsRefusedByName) {
  const auto batch = ReadAttestedMessage("[" + Call("{}") + "]");
  EXPECT_TRUE(batch.error().message.starts_with("batches are not taken"));
}

TEST(AttestedMessage, ItsLimitsAreTheCallers) {
  Limits limits;
  limits.max_json_depth = 3;
  EXPECT_EQ(ReadAttestedMessage(Call("{}"), limits).error().code, ErrorCode::kLimitExceeded);
  limits.max_json_depth = 4;
  EXPECT_TRUE(ReadAttestedMessage(Call("{}"), limits));
  EXPECT_EQ(
      AttestationRequestHash(R"({"a":[[[[]]]]})", AttestationEra::kModern, limits).error().code,
      ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace callgate
