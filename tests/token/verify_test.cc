#include <gtest/gtest.h>

#include "callgate/token.h"
#include "tests/support/vectors.h"

namespace callgate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::MaybeText;
using test::Text;
using test::Vectors;

std::int64_t Integer(json::Value object, std::string_view key) {
  return object.Find(key).value().integer().value();
}

std::optional<Time> MaybeTime(json::Value object, std::string_view key) {
  if (!object.Find(key)) return std::nullopt;
  return Time{milliseconds{Integer(object, key)}};
}

IssuerKeys KeysOf(json::Value c) {
  std::vector<std::pair<std::string, PublicKey>> keys;
  for (const auto& [id, key] : c.Find("keys").value().members()) {
    keys.emplace_back(std::string(id), PublicKey::FromBase64(key.string()).value());
  }
  return IssuerKeys::Create(std::move(keys)).value();
}

Result<TokenClaims> Verify(json::Value c) {
  TokenExpectations expectations;
  expectations.issuer = MaybeText(c, "issuer");
  expectations.audience = MaybeText(c, "audience");
  if (const auto any = c.Find("accept_any_audience")) {
    expectations.accept_any_audience = any->boolean();
  }
  if (c.Find("leeway_seconds")) expectations.leeway = seconds{Integer(c, "leeway_seconds")};
  return VerifyToken(Text(c, "token"), KeysOf(c), *MaybeTime(c, "now_ms"), expectations);
}

TEST(TokenVectors, GoodTokensGiveTheirClaimsAndOthersTheirCode) {
  const Vectors vectors("token.json");
  int good = 0;
  for (json::Value c : vectors.Cases("tokens")) {
    SCOPED_TRACE(Text(c, "name"));
    const Result<TokenClaims> result = Verify(c);
    const std::optional<json::Value> expected = c.Find("claims");
    ASSERT_EQ(result.ok(), expected.has_value()) << (result ? "" : result.error().message);
    if (!result) {
      EXPECT_EQ(CodeName(result.error().code), Text(c, "code"));
      if (const auto where = MaybeText(c, "where")) {
        EXPECT_EQ(result.error().where, *where);
      }
      // Nothing of the token is repeated.
      EXPECT_LT(result.error().message.size() + result.error().where.size(), 150u);
      EXPECT_EQ(result.error().message.find("admin"), std::string::npos);
      continue;
    }
    ++good;
    EXPECT_EQ(result->subject, Text(*expected, "sub"));
    EXPECT_EQ(result->scope, Text(*expected, "scp"));
    EXPECT_EQ(result->id, MaybeText(*expected, "jti").value_or(""));
    EXPECT_EQ(result->key_id, Text(*expected, "key_id"));
    EXPECT_EQ(result->key_thumbprint, MaybeText(*expected, "jkt"));
    EXPECT_EQ(result->issued_at, *MaybeTime(*expected, "issued_at_ms"));
    EXPECT_EQ(result->expires_at, *MaybeTime(*expected, "expires_at_ms"));
    EXPECT_EQ(result->not_before, MaybeTime(*expected, "not_before_ms"));
    if (const auto json = MaybeText(*expected, "json")) {
      EXPECT_EQ(result->json, *json);
    }
  }
  EXPECT_GE(good, 20);
}

TEST(VerifyToken, AnyChangeOfOneCharacterIsRefused) {
  const SecretKey key = SecretKey::Generate();
  const IssuerKeys keys = IssuerKeys::FromList({key.public_key()}).value();
  const Time now{seconds{1771338721}};
  const std::string token = IssueToken(R"({"sub":"a","scp":"b"})", key, now).value();
  ASSERT_TRUE(VerifyToken(token, keys, now));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const Result<TokenClaims> result = VerifyToken(changed, keys, now);
    ASSERT_FALSE(result) << i;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidToken) << i;
  }
}

TEST(VerifyToken, TheLimitOnTokensIsCheckedFirst) {
  const SecretKey key = SecretKey::Generate();
  const IssuerKeys keys = IssuerKeys::FromList({key.public_key()}).value();
  const Time now{seconds{1771338721}};
  const std::string token = IssueToken(R"({"sub":"a","scp":"b"})", key, now).value();
  Limits limits;
  limits.max_token_bytes = token.size();
  EXPECT_TRUE(VerifyToken(token, keys, now, {}, limits));
  limits.max_token_bytes = token.size() - 1;
  EXPECT_FALSE(VerifyToken(token, keys, now, {}, limits));
}

}  // namespace
}  // namespace callgate
