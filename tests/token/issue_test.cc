#include <gtest/gtest.h>

#include <set>

#include "callgate/json.h"
#include "callgate/token.h"

namespace callgate {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Time kNow{milliseconds{1'771'338'721'583}};
constexpr std::string_view kClaims = R"({"sub":"agent-7","scp":"research-safe"})";

class IssueTokenTest : public testing::Test {
 protected:
  Result<TokenClaims> Verify(const Result<std::string>& token, Time now = kNow) {
    EXPECT_TRUE(token) << token.error().message;
    return VerifyToken(*token, keys_, now);
  }

  SecretKey key_ = SecretKey::Generate();
  IssuerKeys keys_ = IssuerKeys::FromList({key_.public_key()}).value();
};

TEST_F(IssueTokenTest, AddsIatExpAndARandomJti) {
  const Result<TokenClaims> claims = Verify(IssueToken(kClaims, key_, kNow));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->subject, "agent-7");
  EXPECT_EQ(claims->scope, "research-safe");
  EXPECT_EQ(claims->issued_at, Time{seconds{1'771'338'721}});
  EXPECT_EQ(claims->expires_at, claims->issued_at + hours{1});
  EXPECT_EQ(claims->id.size(), 36u);
  EXPECT_EQ(claims->id[14], '4');  // the version of the UUID

  std::set<std::string> ids;
  for (int i = 0; i < 50; ++i) ids.insert(Verify(IssueToken(kClaims, key_, kNow))->id);
  EXPECT_EQ(ids.size(), 50u);
}

TEST_F(IssueTokenTest, KeepsWhatTheClaimsSay) {
  const Result<TokenClaims> claims = Verify(
      IssueToken(R"({"x":1.50,"jti":"j","exp":1771339000,"iat":1771338000.5,"sub":"a","scp":"b"})",
                 key_, kNow));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->json,
            R"({"exp":1771339000,"iat":1771338000.5,"jti":"j","scp":"b","sub":"a","x":1.50})");
}

TEST_F(IssueTokenTest, TheLifetimeCountsFromIat) {
  TokenOptions options;
  options.lifetime = seconds{600};
  const Result<TokenClaims> claims =
      Verify(IssueToken(R"({"iat":1771338700,"sub":"a","scp":"b"})", key_, kNow, options));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->expires_at, Time{seconds{1'771'339'300}});
}

TEST_F(IssueTokenTest, NamesTheKeyInTheHeader) {
  TokenOptions options;
  options.key_id = "k\"1";
  const IssuerKeys keys = IssuerKeys::Create({{"other", SecretKey::Generate().public_key()},
                                              {"k\"1", key_.public_key()}})
                              .value();
  const std::string token = IssueToken(kClaims, key_, kNow, options).value();
  const Result<TokenClaims> claims = VerifyToken(token, keys, kNow);
  ASSERT_TRUE(claims) << claims.error().message;
  EXPECT_EQ(claims->key_id, "k\"1");
}

TEST_F(IssueTokenTest, WhatWouldNotVerifyIsNotIssued) {
  for (const std::string_view claims :
       {"", "[]", "{}", R"({"sub":"a"})", R"({"scp":"b"})", R"({"sub":"","scp":"b"})",
        R"({"sub":"a","scp":"b","sub":"a"})", R"({"sub":"a","scp":"b","jti":""})",
        R"({"sub":"a","scp":"b","exp":1771338721})",    // passed
        R"({"sub":"a","scp":"b","exp":1771425122})",    // over 24 h
        R"({"sub":"a","scp":"b","exp":"1771339000"})",  // a string
        R"({"sub":"a","scp":"b","iat":"1771338721"})",  // a string
        R"({"sub":"a","scp":"b","iat":1771338800})",    // ahead
        R"({"sub":"a","scp":"b","iat":1771330000})",    // so exp has passed
        R"({"sub":"a","scp":"b","nbf":1771342322})",    // after exp
        R"({"sub":"a","scp":"b","cnf":{}})", R"({"sub":"a","scp":"b","aud":1})"}) {
    const Result<std::string> token = IssueToken(claims, key_, kNow);
    ASSERT_FALSE(token) << claims;
    EXPECT_EQ(token.error().code, ErrorCode::kInvalidToken) << claims;
  }
  const std::string large =
      R"({"sub":"a","scp":"b","x":")" + std::string(Limits{}.max_token_bytes, 'x') + "\"}";
  EXPECT_FALSE(IssueToken(large, key_, kNow));
}

TEST_F(IssueTokenTest, ATokenForLaterVerifiesFromItsNbfOn) {
  const Result<std::string> token =
      IssueToken(R"({"sub":"a","scp":"b","nbf":1771339000})", key_, kNow);
  EXPECT_FALSE(Verify(token));
  EXPECT_TRUE(Verify(token, Time{seconds{1'771'339'000}}));
}

TEST_F(IssueTokenTest, OptionsAndTimeOutOfRangeAreArgumentErrors) {
  TokenOptions no_time, too_long, empty_id, long_id, bad_id;
  no_time.lifetime = seconds{0};
  too_long.lifetime = hours{24} + seconds{1};
  empty_id.key_id = "";
  long_id.key_id = std::string(257, 'k');
  bad_id.key_id = "k\xff";
  for (const TokenOptions& options : {no_time, too_long, empty_id, long_id, bad_id}) {
    const Result<std::string> token = IssueToken(kClaims, key_, kNow, options);
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(IssueToken(kClaims, key_, Time{}).error().code, ErrorCode::kInvalidArgument);
  TokenOptions day;
  day.lifetime = hours{24};
  EXPECT_TRUE(Verify(IssueToken(kClaims, key_, kNow, day)));
}

TEST_F(IssueTokenTest, AKeyHeldElsewhereSignsTheSigningInput) {
  const std::string input = TokenSigningInput(kClaims, kNow).value();
  const Result<std::string> token = AssembleToken(input, key_.Sign(input));
  ASSERT_TRUE(Verify(token));
  EXPECT_TRUE(token->starts_with(input + "."));
  // Form is all that assembling checks.
  const Result<std::string> forged = AssembleToken(input, Signature{});
  ASSERT_TRUE(forged);
  EXPECT_FALSE(Verify(forged));
}

TEST_F(IssueTokenTest, OnlyASigningInputCanBeAssembled) {
  const std::string header = Base64UrlEncode(R"({"alg":"EdDSA"})");
  const std::string claims =
      Base64UrlEncode(R"({"exp":1771342321,"iat":1771338721,"scp":"b","sub":"a"})");
  ASSERT_TRUE(AssembleToken(header + "." + claims, Signature{}));
  for (const std::string& input :
       {std::string(), std::string("."), header, header + ".", "." + claims,
        header + "." + claims + ".", header + "." + claims + "=", header + "." + header,
        Base64UrlEncode(R"({"alg":"none"})") + "." + claims}) {
    EXPECT_FALSE(AssembleToken(input, Signature{})) << input;
  }
}

}  // namespace
}  // namespace callgate
