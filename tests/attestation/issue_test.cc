#include <gtest/gtest.h>

#include "callgate/json.h"
#include "tests/attestation/scene.h"

namespace callgate {
namespace {

using std::chrono::seconds;
using test::kAttestedAt;
using test::kServer;
using test::Scene;

const Sha256Digest kHash = Sha256("{}");

std::int64_t Integer(const json::Document& claims, std::string_view name) {
  return claims.root().Find(name)->integer().value();
}

json::Document ClaimsOf(std::string_view token) {
  const std::string_view rest = token.substr(token.find('.') + 1);
  return json::Parse(*Base64UrlDecode(rest.substr(0, rest.find('.')))).value();
}

TEST(IssueAttestation, WhatIsAddedIsFreshAndBackDated) {
  const Scene scene;
  const json::Document first = ClaimsOf(scene.Token());
  const json::Document second = ClaimsOf(scene.Token());
  const std::int64_t now = std::chrono::floor<seconds>(kAttestedAt).time_since_epoch().count();
  EXPECT_EQ(Integer(first, "iat"), now - 5);
  EXPECT_EQ(Integer(first, "nbf"), now - 5);
  EXPECT_EQ(Integer(first, "exp"), now + 295);
  EXPECT_NE(first.root().Find("jti")->string(), second.root().Find("jti")->string());
}

TEST(IssueAttestation, AShortTokenIsNotOverWhenItIsIssued) {
  const Scene scene;
  for (const int lifetime : {1, 2, 4, 9, 10}) {
    const std::string token = IssueAttestation(Scene::Claims(), scene.issuer_key, kAttestedAt,
                                               {.key_id = "key-1", .lifetime = seconds{lifetime}})
                                  .value();
    Scene exact;
    exact.issuer = scene.issuer;
    exact.expected.skew = seconds{0};
    EXPECT_TRUE(exact.Verifier().Verify(token, {}, kAttestedAt).verified) << lifetime;
  }
}

TEST(IssueAttestation, AKeyHeldElsewhereSignsTheSameBytes) {
  const Scene scene;
  const std::string input =
      AttestationSigningInput(Scene::Claims(), kAttestedAt, {.key_id = "key-1"}).value();
  const std::string token = AssembleAttestation(input, scene.issuer_key.Sign(input)).value();
  EXPECT_TRUE(scene.Verifier().Verify(token, {}, kAttestedAt).verified);
  EXPECT_EQ(AssembleAttestation("no input", {}).error().code, ErrorCode::kInvalidToken);
  EXPECT_EQ(AssembleAttestation("a.b.c", {}).error().code, ErrorCode::kInvalidToken);
  EXPECT_EQ(AssembleAttestation("e30.e30", {}).error().where, "header/alg");
}

TEST(IssueAttestation, ABrokenClockIssuesNothing) {
  const Scene scene;
  const auto token =
      IssueAttestation(Scene::Claims(), scene.issuer_key, Time{}, {.key_id = "key-1"});
  EXPECT_EQ(token.error().where, "now");
}

TEST(IssueAttestation, AKeyIdIsUnicodeText) {
  const Scene scene;
  const auto token =
      IssueAttestation(Scene::Claims(), scene.issuer_key, kAttestedAt, {.key_id = "\xff"});
  EXPECT_EQ(token.error().where, "key_id");
}

TEST(IssueAttestation, NestingIsBoundedAsForVerifiers) {
  const Scene scene;
  const auto issued = [&](std::size_t depth) {
    const std::string nested = std::string(depth, '[') + std::string(depth, ']');
    return IssueAttestation(Scene::Claims(R"(,"x":)" + nested), scene.issuer_key, kAttestedAt,
                            {.key_id = "key-1"})
        .ok();
  };
  EXPECT_TRUE(issued(15));
  EXPECT_FALSE(issued(16));
}

TEST(IssueRequestProof, EachIsAnother) {
  const Scene scene;
  const std::string token = scene.BoundToken();
  EXPECT_NE(scene.Proof(token, "ping", kHash), scene.Proof(token, "ping", kHash));
}

TEST(IssueRequestProof, AKeyHeldElsewhereSignsTheSameBytes) {
  const Scene scene;
  const std::string token = scene.BoundToken();
  const std::string input =
      RequestProofSigningInput(token, kServer, "ping", kHash, kAttestedAt).value();
  const std::string proof = AssembleAttestation(input, scene.agent_key.Sign(input)).value();
  EXPECT_TRUE(
      scene.Verifier().Verify(token, RequestProof{proof, "ping", kHash}, kAttestedAt).proven);
}

TEST(IssueRequestProof, WhatNoVerifierTakesIsRefused) {
  const auto where = [](std::string_view audience, std::string_view method, Time now) {
    const auto input = RequestProofSigningInput("a.b.c", audience, method, kHash, now);
    return input ? "" : input.error().where;
  };
  EXPECT_EQ(where(kServer, "ping", kAttestedAt), "");
  EXPECT_EQ(where("", "ping", kAttestedAt), "audience");
  EXPECT_EQ(where("\xff", "ping", kAttestedAt), "audience");
  EXPECT_EQ(where(kServer, "", kAttestedAt), "method");
  EXPECT_EQ(where(kServer, "\xff", kAttestedAt), "method");
  EXPECT_EQ(where(kServer, "ping", Time{}), "now");
}

}  // namespace
}  // namespace callgate
