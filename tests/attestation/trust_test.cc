#include <gtest/gtest.h>

#include "tests/attestation/scene.h"

namespace callgate {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

std::string WhereOf(const std::vector<IssuerTrust>& issuers, AttestationTrustOptions options = {}) {
  const auto trust = AttestationTrust::Create(issuers, options);
  if (trust) return "";
  EXPECT_EQ(trust.error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(trust.error().message.empty());
  return trust.error().where;
}

template <typename Change>
std::string WhereOfChanged(Change change) {
  const test::Scene scene;
  IssuerTrust issuer = scene.issuer;
  change(issuer);
  return WhereOf({issuer});
}

TEST(AttestationTrust, ItsFaultsHaveTheirPlace) {
  using Issuer = IssuerTrust&;
  EXPECT_EQ(WhereOfChanged([](Issuer) {}), "");
  EXPECT_EQ(WhereOfChanged([](Issuer i) { i.issuer = ""; }), "/issuers/0/issuer");
  EXPECT_EQ(WhereOfChanged([](Issuer i) { i.issuer = "a\nb"; }), "/issuers/0/issuer");
  EXPECT_EQ(WhereOfChanged([](Issuer i) { i.issuer = "\xff"; }), "/issuers/0/issuer");
  EXPECT_EQ(WhereOfChanged([](Issuer i) { i.issuer = std::string(2048, 'i'); }), "");
  EXPECT_EQ(WhereOfChanged([](Issuer i) { i.issuer = std::string(2049, 'i'); }),
            "/issuers/0/issuer");
  EXPECT_EQ(WhereOfChanged([](Issuer i) { i.level = TrustLevel::kNone; }), "/issuers/0/level");
  EXPECT_EQ(WhereOfChanged([](Issuer i) { i.longest_lifetime = seconds{0}; }),
            "/issuers/0/longest_lifetime");
  EXPECT_EQ(WhereOfChanged([](Issuer i) { i.longest_lifetime = hours{24}; }), "");
  EXPECT_EQ(WhereOfChanged([](Issuer i) { i.longest_lifetime = hours{24} + seconds{1}; }),
            "/issuers/0/longest_lifetime");
  EXPECT_EQ(WhereOfChanged([](Issuer i) { i.keys[0].first = ""; }), "/issuers/0/keys");
  EXPECT_EQ(WhereOfChanged([](Issuer i) { i.keys.push_back(i.keys[0]); }), "/issuers/0/keys");
  EXPECT_EQ(WhereOfChanged([](Issuer i) {
              for (int n = 0; n < 64; ++n) i.keys.emplace_back(std::to_string(n), i.keys[0].second);
            }),
            "/issuers/0/keys");
  EXPECT_EQ(WhereOfChanged([](Issuer i) {
              for (int n = 0; n < 63; ++n) i.keys.emplace_back(std::to_string(n), i.keys[0].second);
            }),
            "");
  EXPECT_EQ(WhereOfChanged([](Issuer i) {
              i.trust_domains = {"a", "Acme.example"};
            }),
            "/issuers/0/trust_domains");
  for (const char* pattern : {"", "model", "/", "/a/", "//a", "/a b", "/a?b", "/\u00e9"}) {
    EXPECT_EQ(WhereOfChanged([&](Issuer i) {
                i.subject_paths = {"/a", pattern};
              }),
              "/issuers/0/subject_paths")
        << pattern;
  }
  EXPECT_EQ(WhereOfChanged([](Issuer i) { i.subject_paths = {"/*", "/**", "/a-b_c.D1/*x*"}; }), "");
}

TEST(AttestationTrust, AnIssuerIsNamedOnce) {
  const test::Scene scene;
  IssuerTrust other = scene.issuer;
  other.issuer = "https://other.example";
  EXPECT_EQ(WhereOf({scene.issuer, other}), "");
  EXPECT_EQ(WhereOf({scene.issuer, other, scene.issuer}), "/issuers/2/issuer");
}

TEST(AttestationTrust, ATypeHasAName) {
  EXPECT_EQ(WhereOf({}, {false, {"at+jwt"}}), "");
  EXPECT_EQ(WhereOf({}, {false, {"at+jwt", ""}}), "/types");
}

TEST(AttestationTrust, GenerationsDifferAndCopiesShareTheirs) {
  const test::Scene scene;
  const AttestationTrust first = scene.Trust();
  const AttestationTrust copy = first;
  EXPECT_EQ(copy.generation(), first.generation());
  EXPECT_NE(scene.Trust().generation(), first.generation());
  AttestationVerifier verifier = scene.Verifier();
  verifier.SetTrust(first);
  EXPECT_EQ(verifier.trust().generation(), first.generation());
}

TEST(ReadAttestationJwks, AnEntryThatIsPassedOverSaysWhy) {
  const std::string jwk = SecretKey::Generate().public_key().ToJwk();
  const std::string secret = jwk.substr(0, jwk.size() - 1) + R"(,"kid":"a","d":"AAAA"})";
  const AttestationJwks jwks =
      ReadAttestationJwks(R"({"keys":[{"kty":"RSA"},)" + secret + ',' + jwk + "]}").value();
  ASSERT_EQ(jwks.skipped.size(), 3u);
  EXPECT_TRUE(jwks.skipped[0].why.starts_with("not a key that verifies Ed25519"));
  EXPECT_TRUE(jwks.skipped[1].why.starts_with("a private key was published"));
  EXPECT_TRUE(jwks.skipped[2].why.starts_with("kid must be"));
}

TEST(AttestationTrust, LevelsHaveNamesAndAnOrder) {
  EXPECT_EQ(TrustLevelFromName("enterprise"), TrustLevel::kEnterprise);
  EXPECT_EQ(TrustLevelName(TrustLevel::kProvider), "provider");
  EXPECT_LT(TrustLevel::kNone, TrustLevel::kEnterprise);
  EXPECT_LT(TrustLevel::kEnterprise, TrustLevel::kProvider);
  EXPECT_FALSE(TrustLevelFromName("Provider"));
  EXPECT_EQ(SafetyLevelFromName("minimal"), SafetyLevel::kMinimal);
  EXPECT_EQ(SafetyLevelName(SafetyLevel::kEnhanced), "enhanced");
  EXPECT_FALSE(SafetyLevelFromName(""));
}

}  // namespace
}  // namespace callgate
