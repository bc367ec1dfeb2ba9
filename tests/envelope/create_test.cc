#include <gtest/gtest.h>

#include "callgate/envelope.h"

namespace callgate {
namespace {

using std::chrono::milliseconds;

constexpr Time kNow{milliseconds{1'771'338'721'583}};  // 2026-02-17T14:32:01.583Z

class CreateEnvelopeTest : public testing::Test {
 protected:
  SecretKey key_ = SecretKey::Generate();
};

TEST_F(CreateEnvelopeTest, WritesTheFiveMembersInTheOrderOfTheSmcpDocument) {
  const std::string wire =
      CreateEnvelope(R"({ "b": 1.0, "a": "\u0041" })", "a.b.c", key_, kNow, Protocol::kSealV1)
          .value();
  const std::string signature = Base64Encode(
      AsBytes(key_.Sign(CanonicalMessage(R"({"a":"A","b":1.0})", "a.b.c", 1'771'338'721).value())));
  EXPECT_EQ(wire, R"({"protocol":"seal/v1","security_token":"a.b.c","signature":")" + signature +
                      R"(","payload":{"a":"A","b":1.0},"timestamp":"2026-02-17T14:32:01.583Z"})");
}

TEST_F(CreateEnvelopeTest, WhatItWritesVerifies) {
  for (const std::string_view payload :
       {"{}", R"({"a":9007199254740993,"b":1e-05,"c":"\ud83d\ude00"})",
        "{\"\U0001f600\":1,\"\ue000\":2}", R"({"a":"\u0000\n\"\\"})"}) {
    for (const Protocol protocol : {Protocol::kSmcpV1, Protocol::kSealV1}) {
      const std::string wire = CreateEnvelope(payload, "t\"\\\x01é", key_, kNow, protocol).value();
      const Result<Envelope> envelope = VerifyEnvelope(wire, key_.public_key());
      ASSERT_TRUE(envelope) << payload;
      EXPECT_EQ(envelope->protocol, protocol);
      EXPECT_EQ(envelope->timestamp, kNow);
      EXPECT_EQ(envelope->security_token, "t\"\\\x01é");
    }
  }
}

TEST_F(CreateEnvelopeTest, TimesAreWrittenInFullOverTheWholeRange) {
  const std::pair<std::int64_t, std::string_view> times[] = {
      {kEarliestTime.time_since_epoch().count(), "2001-01-01T00:00:00.000Z"},
      {kLatestTime.time_since_epoch().count(), "2200-01-01T00:00:00.000Z"},
      {1'709'251'199'009, "2024-02-29T23:59:59.009Z"}};
  for (const auto& [count, text] : times) {
    const Time time{milliseconds{count}};
    const std::string wire = CreateEnvelope("{}", "a.b.c", key_, time).value();
    EXPECT_NE(wire.find(text), std::string::npos) << wire;
    EXPECT_EQ(VerifyEnvelope(wire, key_.public_key()).value().timestamp, time);
  }
}

TEST_F(CreateEnvelopeTest, WhatCouldNotBeReadIsNotSigned) {
  for (const std::string_view payload :
       {"", "[]", "null", "\"x\"", "{\"a\":1,\"a\":1}", "{} x", "{\"a\":NaN}",
        "{\"a\":\"\\ud800\"}", "{\"a\":\"\xff\"}"}) {
    const Result<std::string> wire = CreateEnvelope(payload, "a.b.c", key_, kNow);
    ASSERT_FALSE(wire) << payload;
    EXPECT_EQ(wire.error().code, ErrorCode::kInvalidEnvelope) << payload;
    EXPECT_FALSE(CanonicalMessage(payload, "a.b.c", 1'771'338'721)) << payload;
  }
  const std::string long_token(Limits{}.max_token_bytes + 1, 'a');
  for (const std::string& token : {std::string(), std::string("\xff"), long_token}) {
    EXPECT_EQ(CreateEnvelope("{}", token, key_, kNow).error().code, ErrorCode::kInvalidEnvelope);
    EXPECT_EQ(CanonicalMessage("{}", token, 1'771'338'721).error().where, "/security_token");
  }
  // A payload that is within the limits, in an envelope that is not.
  const std::string deep = "{\"a\":" + std::string(63, '[') + std::string(63, ']') + "}";
  EXPECT_TRUE(CanonicalMessage(deep, "a.b.c", 1'771'338'721));
  EXPECT_EQ(CreateEnvelope(deep, "a.b.c", key_, kNow).error().code, ErrorCode::kInvalidEnvelope);
}

TEST_F(CreateEnvelopeTest, TimesOutOfRangeAreArgumentErrors) {
  for (const Time time : {Time{}, kEarliestTime - milliseconds{1}, kLatestTime + milliseconds{1}}) {
    EXPECT_EQ(CreateEnvelope("{}", "a.b.c", key_, time).error().code, ErrorCode::kInvalidArgument);
  }
  for (const std::int64_t seconds : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{978'307'199},
                                     std::int64_t{7'289'654'400}, INT64_MAX, INT64_MIN}) {
    const Result<std::string> message = CanonicalMessage("{}", "a.b.c", seconds);
    ASSERT_FALSE(message) << seconds;
    EXPECT_EQ(message.error().where, "/timestamp");
  }
}

}  // namespace
}  // namespace callgate
