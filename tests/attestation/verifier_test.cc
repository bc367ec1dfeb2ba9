#include <gtest/gtest.h>

#include <thread>

#include "callgate/seen_table.h"
#include "tests/attestation/scene.h"

namespace callgate {
namespace {

using std::chrono::seconds;
using test::kAttestedAt;
using test::kServer;
using test::Reason;
using test::Scene;

const Sha256Digest kHash = Sha256("{}");

TEST(AttestationVerifier, AGoodTokenSaysWhoIsCalling) {
  const Scene scene;
  const AttestationVerdict verdict = scene.Verifier().Verify(scene.Token(), {}, kAttestedAt);
  ASSERT_TRUE(verdict.verified) << verdict.where << ' ' << verdict.message;
  EXPECT_TRUE(verdict.admitted);
  EXPECT_EQ(verdict.issuer, "https://issuer.example");
  EXPECT_EQ(verdict.subject, "spiffe://acme.example/model/m1");
  EXPECT_EQ(verdict.key_id, "key-1");
  EXPECT_EQ(verdict.trust_level, TrustLevel::kProvider);
  EXPECT_TRUE(verdict.audience_checked);
  EXPECT_FALSE(verdict.proven);
  EXPECT_EQ(verdict.expires_at, kAttestedAt + seconds{295});
  ASSERT_TRUE(verdict.replay);
  EXPECT_EQ(verdict.replay->expires_at, verdict.expires_at + seconds{30});
}

TEST(AttestationVerifier, AVerdictDeniesByDefault) {
  const AttestationVerdict verdict;
  EXPECT_FALSE(verdict.verified);
  EXPECT_FALSE(verdict.admitted);
  EXPECT_EQ(verdict.trust_level, TrustLevel::kNone);
}

TEST(AttestationVerifier, ATokenNamesNobodyUnlessItVerified) {
  const Scene scene;
  const AttestationVerifier verifier = scene.Verifier();
  std::string token = scene.Token();
  token[token.size() - 5] = token[token.size() - 5] == 'A' ? 'B' : 'A';
  const AttestationVerdict verdict = verifier.Verify(token, {}, kAttestedAt);
  EXPECT_EQ(Reason(verdict), "signature");
  EXPECT_EQ(verdict.issuer + verdict.subject + verdict.key_id + verdict.claims_json, "");
  EXPECT_FALSE(verdict.replay);
}

TEST(AttestationVerifier, PolicyAloneDecidesWhoIsAdmitted) {
  struct Case {
    AttestationPolicy policy;
    bool reject_invalid, missing, bad, unproven;
  };
  using enum AttestationPolicy;
  for (const Case& c :
       {Case{kRequired, true, false, false, false}, Case{kRequired, false, false, false, false},
        Case{kPreferred, true, true, false, false}, Case{kPreferred, false, true, true, false},
        Case{kOptional, true, true, false, false}, Case{kOptional, false, true, true, false}}) {
    Scene scene;
    scene.expected.policy = c.policy;
    scene.expected.reject_invalid = c.reject_invalid;
    const AttestationVerifier verifier = scene.Verifier();
    EXPECT_EQ(verifier.Verify(std::nullopt, {}, kAttestedAt).admitted, c.missing);
    EXPECT_EQ(verifier.Verify("x.y.z", {}, kAttestedAt).admitted, c.bad);
    EXPECT_EQ(verifier.Verify(scene.BoundToken(), {}, kAttestedAt).admitted, c.unproven);
    const AttestationVerdict good = verifier.Verify(scene.Token(), {}, kAttestedAt);
    EXPECT_TRUE(good.admitted);
    EXPECT_EQ(good.Refused(AttestationReason::kReplay).admitted, c.bad);
    EXPECT_EQ(good.Refused(AttestationReason::kUnavailable).admitted, c.bad);
  }
}

TEST(AttestationVerifier, AKeyInTheTokenMustBeProven) {
  const Scene scene;
  const AttestationVerifier verifier = scene.Verifier();
  const std::string token = scene.BoundToken();
  EXPECT_EQ(Reason(verifier.Verify(token, {}, kAttestedAt)), "proof");
  const std::string proof = scene.Proof(token, "tools/call", kHash);
  const auto with = [&](std::string_view method, const Sha256Digest& hash) {
    return verifier.Verify(token, RequestProof{proof, method, hash}, kAttestedAt,
                           AttestationEra::kModern);
  };
  const AttestationVerdict good = with("tools/call", kHash);
  ASSERT_TRUE(good.verified) << good.where;
  EXPECT_TRUE(good.proven);
  EXPECT_EQ(good.confirmation_key, scene.agent_key.public_key());
  EXPECT_EQ(with("tools/list", kHash).where, "proof/mth");
  EXPECT_EQ(with("tools/call", Sha256("{ }")).where, "proof/rqh");
}

TEST(AttestationVerifier, AProofOfTheHostsOwnIsForTheTokensKey) {
  const Scene scene;
  const AttestationVerifier verifier = scene.Verifier();
  const std::string token = scene.BoundToken();
  EXPECT_TRUE(verifier.Verify(token, scene.agent_key.public_key(), kAttestedAt).proven);
  EXPECT_EQ(verifier.Verify(token, scene.issuer_key.public_key(), kAttestedAt).where,
            "claims/cnf/jwk");
  const AttestationVerdict bearer =
      verifier.Verify(scene.Token(), scene.agent_key.public_key(), kAttestedAt);
  EXPECT_TRUE(bearer.verified);
  EXPECT_FALSE(bearer.proven);
}

TEST(AttestationVerifier, ABearerIsOfTheLegacyEraAndHasNoProof) {
  Scene scene;
  const std::string token = scene.Token();
  const std::string proof = scene.Proof(token, "initialize", kHash);
  const RequestProof possession{proof, "initialize", kHash};
  EXPECT_EQ(Reason(scene.Verifier().Verify(token, possession, kAttestedAt)), "proof");
  EXPECT_EQ(Reason(scene.Verifier().Verify(token, {}, kAttestedAt, AttestationEra::kModern)),
            "proof");
  scene.expected.require_proof = true;
  EXPECT_EQ(Reason(scene.Verifier().Verify(token, {}, kAttestedAt)), "proof");
}

TEST(AttestationVerifier, WithoutAnAudienceNoProofCanBeChecked) {
  Scene scene;
  scene.expected.audience.reset();
  scene.expected.any_audience = true;
  const AttestationVerifier verifier = scene.Verifier();
  const AttestationVerdict bearer = verifier.Verify(scene.Token(), {}, kAttestedAt);
  EXPECT_TRUE(bearer.verified);
  EXPECT_FALSE(bearer.audience_checked);
  const std::string token = scene.BoundToken();
  const std::string proof = scene.Proof(token, "initialize", kHash);
  EXPECT_EQ(verifier.Verify(token, RequestProof{proof, "initialize", kHash}, kAttestedAt).where,
            "proof/aud");
}

TEST(AttestationVerifier, ExpectationsThatContradictAreRefused) {
  const Scene scene;
  const auto where = [&scene](auto change) {
    AttestationExpectations expected = scene.expected;
    change(expected);
    const auto verifier = AttestationVerifier::Create(scene.Trust(), expected);
    return verifier ? "" : verifier.error().where;
  };
  EXPECT_EQ(where([](auto&) {}), "");
  EXPECT_EQ(where([](auto& e) { e.any_audience = true; }), "audience");
  EXPECT_EQ(where([](auto& e) { e.audience.reset(); }), "audience");
  EXPECT_EQ(where([](auto& e) { e.audience = ""; }), "audience");
  EXPECT_EQ(where([](auto& e) { e.skew = seconds{61}; }), "skew");
  EXPECT_EQ(where([](auto& e) { e.skew = seconds{-1}; }), "skew");
  EXPECT_EQ(where([](auto& e) { e.skew = seconds{60}; }), "");
  EXPECT_EQ(where([](auto& e) { e.config_hash = std::string(64, 'a'); }), "config_hash");
  EXPECT_EQ(where([](auto& e) { e.config_hash = "sha256:" + std::string(64, 'A'); }),
            "config_hash");
  EXPECT_EQ(where([](auto& e) { e.system_prompt_hash = "sha256:" + std::string(63, 'a'); }),
            "system_prompt_hash");
  EXPECT_EQ(where([](auto& e) { e.system_prompt_hash = "sha256:" + std::string(64, 'a'); }), "");
  EXPECT_EQ(where([](auto& e) { e.config_hash = "sha256:" + std::string(64, 'g'); }),
            "config_hash");
  EXPECT_EQ(where([](auto& e) { e.config_hash = "sha512:" + std::string(64, 'a'); }),
            "config_hash");
  EXPECT_EQ(where([](auto& e) {
              e.audience.reset();
              e.any_audience = e.require_proof = true;
            }),
            "require_proof");
}

TEST(AttestationVerifier, ARememberedTokenIsJudgedAgainWhenTrustChanges) {
  Scene scene;
  AttestationVerifier verifier = scene.Verifier();
  const std::string token = scene.BoundToken();
  const auto reason = [&](Time at) {
    const std::string proof = scene.Proof(token, "ping", kHash, at);
    return Reason(verifier.Verify(token, RequestProof{proof, "ping", kHash}, at));
  };
  EXPECT_EQ(reason(kAttestedAt), "verified");
  EXPECT_EQ(reason(kAttestedAt + seconds{324}), "verified");
  EXPECT_EQ(reason(kAttestedAt + seconds{325}), "expired");
  EXPECT_EQ(reason(kAttestedAt - seconds{36}), "not_yet_valid");
  scene.issuer.denied_key_ids = {"key-1"};
  verifier.SetTrust(scene.Trust());
  EXPECT_EQ(reason(kAttestedAt), "kid");
}

TEST(AttestationVerifier, AnUnknownKeyOfAnIssuerThatFetchesIsAskedFor) {
  Scene scene;
  scene.issuer.keys.clear();
  const std::string token = scene.Token();
  EXPECT_FALSE(scene.Verifier().Verify(token, {}, kAttestedAt).needs_key);
  scene.issuer.fetches_keys = true;
  const AttestationVerdict verdict = scene.Verifier().Verify(token, {}, kAttestedAt);
  EXPECT_TRUE(verdict.needs_key);
  EXPECT_EQ(Reason(verdict), "kid");
  EXPECT_EQ(verdict.issuer, "https://issuer.example");
  EXPECT_EQ(verdict.key_id, "key-1");
  scene.issuer.denied_key_ids = {"key-1"};
  EXPECT_FALSE(scene.Verifier().Verify(token, {}, kAttestedAt).needs_key);
}

TEST(AttestationVerifier, AnEarlierVerdictIsJudgedUnderTheTrustOfNow) {
  Scene scene;
  const AttestationVerdict verdict = scene.Verifier().Verify(scene.Token(), {}, kAttestedAt);
  const auto again = [&](auto change, std::optional<Time> now = std::nullopt) {
    Scene changed;
    changed.issuer = scene.issuer;
    change(changed.issuer);
    return Reason(changed.Verifier().JudgeAgain(verdict, now));
  };
  EXPECT_EQ(again([](IssuerTrust&) {}), "verified");
  EXPECT_EQ(again([](IssuerTrust&) {}, kAttestedAt + seconds{324}), "verified");
  EXPECT_EQ(again([](IssuerTrust&) {}, kAttestedAt + seconds{325}), "expired");
  EXPECT_EQ(again([](IssuerTrust& i) { i.issuer = "https://other.example"; }), "untrusted_issuer");
  EXPECT_EQ(again([](IssuerTrust& i) { i.denied_key_ids = {"key-1"}; }), "kid");
  EXPECT_EQ(again([&](IssuerTrust& i) { i.denied_token_ids = {verdict.token_id}; }), "policy");
  EXPECT_EQ(again([](IssuerTrust& i) { i.keys.clear(); }), "kid");
  EXPECT_EQ(again([](IssuerTrust& i) { i.keys[0].second = SecretKey::Generate().public_key(); }),
            "kid");
  EXPECT_EQ(again([](IssuerTrust& i) { i.level = TrustLevel::kEnterprise; }), "binding");
  // A key that its issuer rotated away is not denied.
  EXPECT_EQ(again([](IssuerTrust& i) {
              i.keys.clear();
              i.fetches_keys = true;
            }),
            "verified");
  EXPECT_EQ(again([](IssuerTrust& i) {
              i.fetches_keys = true;
              i.denied_key_ids = {"key-1"};
            }),
            "kid");
  AttestationVerdict cut = verdict;
  cut.claims_json.pop_back();
  EXPECT_EQ(Reason(scene.Verifier().JudgeAgain(cut)), "malformed");
  EXPECT_FALSE(scene.Verifier().JudgeAgain(verdict).replay);
  const AttestationVerdict refused = verdict.Refused(AttestationReason::kReplay);
  EXPECT_EQ(Reason(scene.Verifier().JudgeAgain(refused)), "replay");
}

TEST(AttestationVerifier, ABrokenClockIsUnavailable) {
  const Scene scene;
  const AttestationVerdict verdict = scene.Verifier().Verify(scene.Token(), {}, Time{});
  EXPECT_EQ(Reason(verdict), "unavailable");
  EXPECT_EQ(verdict.where, "now");
}

TEST(AttestationVerifier, OfThreadsThatRaceOneTokenExactlyOneIsVerified) {
  const Scene scene;
  const AttestationVerifier verifier = scene.Verifier();
  const std::string token = scene.Token();
  SeenTable seen;
  std::atomic<int> verified{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      const AttestationVerdict verdict = verifier.Verify(token, {}, kAttestedAt);
      if (seen.Insert(*verdict.replay, kAttestedAt) == SeenStatus::kInserted) ++verified;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(verified, 1);
}

TEST(AttestationVerifier, AnyChangeOfOneByteIsRefused) {
  const Scene scene;
  const AttestationVerifier verifier = scene.Verifier();
  const std::string token = scene.BoundToken();
  const std::string proof = scene.Proof(token, "ping", kHash);
  const auto verified = [&](std::string_view of, std::string_view proven) {
    return verifier.Verify(of, RequestProof{proven, "ping", kHash}, kAttestedAt).verified;
  };
  ASSERT_TRUE(verified(token, proof));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    ASSERT_FALSE(verified(changed, proof)) << i;
  }
  for (std::size_t i = 0; i < proof.size(); ++i) {
    std::string changed = proof;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    ASSERT_FALSE(verified(token, changed)) << i;
  }
}

}  // namespace
}  // namespace callgate
