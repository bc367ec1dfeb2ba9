#include <gtest/gtest.h>

#include "callgate/seen_table.h"
#include "tests/attestation/attestation_case.h"
#include "tests/attestation/scene.h"

namespace callgate {
namespace {

using test::AttestationVectors;
using test::Flag;
using test::Integer;
using test::MaybeText;
using test::Presented;
using test::Reason;
using test::Text;
using test::ToHex;

std::string Hex(const Sha256Digest& digest) { return ToHex(AsBytes(digest)); }
std::int64_t Millis(Time time) { return time.time_since_epoch().count(); }

void ExpectVerified(const AttestationVerdict& verdict, json::Value expected) {
  ASSERT_TRUE(verdict.verified) << Reason(verdict) << ' ' << verdict.where << ' '
                                << verdict.message;
  EXPECT_EQ(verdict.where, "");
  EXPECT_EQ(verdict.issuer, Text(expected, "issuer"));
  EXPECT_EQ(verdict.key_id, Text(expected, "key_id"));
  EXPECT_EQ(verdict.subject, Text(expected, "subject"));
  EXPECT_EQ(verdict.token_id, Text(expected, "token_id"));
  EXPECT_EQ(TrustLevelName(verdict.trust_level), Text(expected, "trust_level"));
  EXPECT_EQ(verdict.audience_checked, Flag(expected, "audience_checked"));
  EXPECT_EQ(verdict.proven, Flag(expected, "proven"));
  EXPECT_EQ(Millis(verdict.expires_at), Integer(expected, "expires_at_ms"));
  ASSERT_TRUE(verdict.replay);
  EXPECT_EQ(Hex(verdict.replay->key), Text(expected, "replay_key"));
  EXPECT_EQ(Hex(verdict.replay->bucket), Text(expected, "replay_bucket"));
  EXPECT_EQ(Millis(verdict.replay->expires_at), Integer(expected, "replay_expires_at_ms"));
  const std::string jkt = verdict.confirmation_key ? verdict.confirmation_key->Thumbprint() : "";
  EXPECT_EQ(jkt, MaybeText(expected, "confirmation_jkt").value_or(""));
}

void ExpectRefused(const AttestationVerdict& verdict, json::Value expected) {
  EXPECT_EQ(Reason(verdict), Text(expected, "reason")) << verdict.where << ' ' << verdict.message;
  const json::Value where = *expected.Find("where");
  EXPECT_EQ(verdict.where, where.is_null() ? "" : where.string());
  EXPECT_FALSE(verdict.message.empty());
  EXPECT_EQ(verdict.needs_key, Flag(expected, "needs_key"));
  EXPECT_EQ(verdict.issuer, MaybeText(expected, "issuer").value_or(""));
  EXPECT_EQ(verdict.key_id, MaybeText(expected, "key_id").value_or(""));
  EXPECT_EQ(verdict.subject + verdict.token_id + verdict.claims_json, "");
  EXPECT_EQ(verdict.trust_level, TrustLevel::kNone);
  EXPECT_FALSE(verdict.replay || verdict.confirmation_key || verdict.proven);
}

TEST(AttestationVectors, TokensGetTheirVerdicts) {
  for (const json::Value vector : AttestationVectors().Cases("verdicts")) {
    SCOPED_TRACE(Text(vector, "name"));
    const AttestationVerifier verifier = test::VerifierOf(vector);
    const Presented presented(vector);
    const AttestationVerdict verdict = presented.Verify(verifier);
    const json::Value expected = *vector.Find("verdict");
    EXPECT_EQ(verdict.admitted, Flag(expected, "admitted"));
    Flag(expected, "verified") ? ExpectVerified(verdict, expected)
                               : ExpectRefused(verdict, expected);
    // What is remembered changes nothing.
    const AttestationVerdict again = presented.Verify(verifier);
    EXPECT_EQ(Reason(again), Reason(verdict));
    EXPECT_EQ(again.where, verdict.where);
    EXPECT_EQ(again.claims_json, verdict.claims_json);
  }
}

TEST(AttestationVectors, WhatIsUsedAgainIsToldApart) {
  for (const json::Value vector : AttestationVectors().Cases("sequences")) {
    SCOPED_TRACE(Text(vector, "name"));
    const AttestationVerifier verifier = test::VerifierOf(vector);
    const auto bound = [&](std::string_view key) {
      return vector.Find(key) ? static_cast<std::size_t>(Integer(vector, key)) : 1'000'000;
    };
    SeenTable seen(bound("max_entries"), bound("max_per_bucket"));
    int number = 0;
    for (const json::Value step : vector.Find("steps")->elements()) {
      SCOPED_TRACE(++number);
      const Presented presented(step);
      AttestationVerdict verdict = presented.Verify(verifier);
      if (verdict.replay) {
        const SeenStatus status = seen.Insert(*verdict.replay, presented.now());
        if (status == SeenStatus::kSeen) verdict = verdict.Refused(AttestationReason::kReplay);
        if (status == SeenStatus::kFull) verdict = verdict.Refused(AttestationReason::kUnavailable);
      }
      EXPECT_EQ(Reason(verdict), MaybeText(step, "reason").value_or("verified")) << verdict.where;
    }
  }
}

TEST(AttestationVectors, MessagesAreRead) {
  constexpr std::string_view kKinds[] = {"request", "notification", "response"};
  for (const json::Value vector : AttestationVectors().Cases("messages")) {
    SCOPED_TRACE(Text(vector, "name"));
    const Result<AttestedMessage> message = ReadAttestedMessage(Text(vector, "json"));
    ASSERT_EQ(message.ok(), vector.Find("kind").has_value());
    if (!message) {
      EXPECT_EQ(CodeName(message.error().code), Text(vector, "code"));
      if (const auto where = vector.Find("where")) {
        EXPECT_EQ(message.error().where, where->is_null() ? "" : where->string());
      }
      continue;
    }
    EXPECT_EQ(kKinds[static_cast<int>(message->kind)], Text(vector, "kind"));
    EXPECT_EQ(message->id_json, MaybeText(vector, "id_json").value_or(""));
    EXPECT_EQ(message->method, MaybeText(vector, "method").value_or(""));
    EXPECT_EQ(message->era, test::EraOf(vector));
    EXPECT_EQ(message->token, MaybeText(vector, "token"));
    EXPECT_EQ(message->proof, MaybeText(vector, "proof"));
    EXPECT_EQ(message->carrier_fault, MaybeText(vector, "carrier_fault").value_or(""));
    if (vector.Find("request_hash_hex")) {
      ASSERT_TRUE(message->request_hash);
      EXPECT_EQ(Hex(*message->request_hash), Text(vector, "request_hash_hex"));
    }
    EXPECT_EQ(message->unhashable ? message->unhashable->where : "",
              MaybeText(vector, "unhashable").value_or(""));
    EXPECT_EQ(message->request_hash.has_value(),
              message->kind != AttestedMessage::Kind::kResponse && !message->unhashable);
  }
}

TEST(AttestationVectors, ParamsAreHashed) {
  for (const json::Value vector : AttestationVectors().Cases("hashes")) {
    SCOPED_TRACE(Text(vector, "name"));
    const auto hash = AttestationRequestHash(Text(vector, "params"), test::EraOf(vector));
    ASSERT_EQ(hash.ok(), vector.Find("hash_hex").has_value());
    if (hash) {
      EXPECT_EQ(Hex(*hash), Text(vector, "hash_hex"));
      continue;
    }
    EXPECT_EQ(CodeName(hash.error().code), Text(vector, "code"));
    EXPECT_EQ(hash.error().where, MaybeText(vector, "where").value_or(hash.error().where));
  }
}

TEST(AttestationVectors, KeySetsAreRead) {
  for (const json::Value vector : AttestationVectors().Cases("jwks")) {
    SCOPED_TRACE(Text(vector, "name"));
    const Result<AttestationJwks> jwks = ReadAttestationJwks(Text(vector, "json"));
    ASSERT_EQ(jwks.ok(), vector.Find("keys").has_value());
    if (!jwks) {
      EXPECT_EQ(CodeName(jwks.error().code), Text(vector, "code"));
      continue;
    }
    std::vector<std::string> keys, skipped;
    for (const auto& [key_id, key] : jwks->keys) keys.push_back(key_id + ' ' + key.ToBase64());
    for (const SkippedKey& entry : jwks->skipped) {
      EXPECT_FALSE(entry.why.empty());
      skipped.push_back(std::to_string(entry.index));
    }
    std::vector<std::string> expected_keys, expected_skipped;
    for (const json::Value pair : vector.Find("keys")->elements()) {
      std::string text;
      for (const json::Value part : pair.elements()) {
        text += (text.empty() ? "" : " ") + std::string(part.string());
      }
      expected_keys.push_back(text);
    }
    for (const json::Value index : vector.Find("skipped")->elements()) {
      expected_skipped.emplace_back(index.number());
    }
    EXPECT_EQ(keys, expected_keys);
    EXPECT_EQ(skipped, expected_skipped);
  }
}

TEST(AttestationVectors, TokensAreIssuedOrSayWhatIsWrong) {
  for (const json::Value vector : AttestationVectors().Cases("issued")) {
    SCOPED_TRACE(Text(vector, "name"));
    const SecretKey key = SecretKey::FromBytes(test::HexBytes(vector, "seed_hex")).value();
    const Time now{std::chrono::milliseconds{Integer(vector, "now_ms")}};
    const AttestationIssueOptions options{Text(vector, "key_id"),
                                          std::chrono::seconds{Integer(vector, "lifetime")}};
    const std::string claims = Text(vector, "claims");
    const Result<std::string> token = IssueAttestation(claims, key, now, options);
    const Result<std::string> input = AttestationSigningInput(claims, now, options);
    ASSERT_EQ(token.ok(), vector.Find("token").has_value())
        << (token ? "" : token.error().where + ' ' + token.error().message);
    ASSERT_EQ(input.ok(), token.ok());
    if (token) {
      EXPECT_EQ(*token, Text(vector, "token"));
      EXPECT_EQ(AssembleAttestation(*input, key.Sign(*input)).value(), *token);
      continue;
    }
    EXPECT_EQ(CodeName(token.error().code), Text(vector, "code"));
    const json::Value where = *vector.Find("where");
    EXPECT_EQ(token.error().where, where.is_null() ? "" : where.string());
    EXPECT_EQ(input.error().where, token.error().where);
  }
}

TEST(AttestationVectors, ReasonsHaveTheirCodes) {
  const std::vector<json::Value> vectors = AttestationVectors().Cases("reasons");
  for (const json::Value vector : vectors) {
    const auto reason = AttestationReasonFromName(Text(vector, "name"));
    ASSERT_TRUE(reason) << Text(vector, "name");
    EXPECT_EQ(AttestationReasonName(*reason), Text(vector, "name"));
    EXPECT_EQ(AttestationReasonCode(*reason), Integer(vector, "code"));
    EXPECT_EQ(AttestationReasonHttpStatus(*reason), Integer(vector, "http_status"));
    EXPECT_EQ(AttestationReasonLegacyCode(*reason), Integer(vector, "legacy_code"));
    EXPECT_FALSE(AttestationReasonAdvice(*reason).empty());
  }
  EXPECT_EQ(vectors.size(), static_cast<std::size_t>(AttestationReason::kNotProvided) + 1);
  EXPECT_FALSE(AttestationReasonFromName("verified"));
}

}  // namespace
}  // namespace callgate
