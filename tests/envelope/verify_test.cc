#include <gtest/gtest.h>

#include <random>

#include "callgate/envelope.h"
#include "callgate/json.h"
#include "core/envelope/parsed_envelope.h"
#include "tests/support/vectors.h"

namespace callgate {
namespace {

using std::chrono::milliseconds;
using test::MaybeText;
using test::Text;
using test::ToHex;
using test::Vectors;

std::string Wire(json::Value c) {
  if (const auto base64 = MaybeText(c, "wire_base64")) return Base64Decode(*base64).value();
  return Text(c, "wire");
}

Result<Envelope> Verify(json::Value c) {
  return VerifyEnvelope(Wire(c), PublicKey::FromBase64(Text(c, "public_key")).value());
}

void ExpectError(json::Value c, const Error& error) {
  EXPECT_EQ(CodeName(error.code), Text(c, "code")) << error.message << " " << error.where;
  EXPECT_FALSE(error.message.empty());
  EXPECT_LT(error.message.size() + error.where.size(), 200u);
  if (error.code == ErrorCode::kInvalidEnvelope && error.where.empty()) {
    // Without a place only where the whole is wrong.
    EXPECT_TRUE(error.message.find("envelope") != std::string::npos) << error.message;
  }
  if (const auto where = MaybeText(c, "where")) {
    EXPECT_EQ(error.where, *where) << error.message;
  }
}

TEST(EnvelopeVectors, GoodEnvelopesGiveWhatWasSignedAndOthersTheirCodeAndPlace) {
  const Vectors vectors("envelope.json");
  int good = 0;
  for (json::Value c : vectors.Cases("envelopes")) {
    SCOPED_TRACE(Text(c, "name"));
    const Result<Envelope> result = Verify(c);
    ASSERT_EQ(result.ok(), !c.Find("code")) << (result ? "" : result.error().message);
    if (!result) {
      ExpectError(c, result.error());
      continue;
    }
    ++good;
    EXPECT_EQ(result->payload, Text(c, "payload"));
    EXPECT_EQ(result->security_token, Text(c, "security_token"));
    EXPECT_EQ(ProtocolName(result->protocol), Text(c, "protocol"));
    EXPECT_EQ(result->timestamp.time_since_epoch().count(),
              c.Find("timestamp_ms").value().integer().value());
  }
  EXPECT_GE(good, 30);
}

TEST(EnvelopeVectors, EveryEnvelopeOfThePublishedSdksIsDecidedRightly) {
  const Vectors vectors("envelope.json");
  const std::vector<json::Value> cases = vectors.Cases("sdk");
  EXPECT_EQ(cases.size(), 69u);
  for (json::Value c : cases) {
    SCOPED_TRACE(Text(c, "name"));
    const Result<Envelope> result = Verify(c);
    ASSERT_EQ(result.ok(), !c.Find("code")) << (result ? "" : result.error().message);
    if (result) {
      EXPECT_EQ(result->payload, Text(c, "payload"));
    } else {
      ExpectError(c, result.error());
    }
  }
}

TEST(EnvelopeVectors, CanonicalMessagesOfTheRfcComeOutAsCorrected) {
  const Vectors vectors("envelope.json");
  const PublicKey key =
      SecretKey::FromBytes(
          test::FromHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
          .value()
          .public_key();
  for (json::Value c : vectors.Cases("messages")) {
    SCOPED_TRACE(Text(c, "name"));
    const Result<std::string> message =
        CanonicalMessage(Text(c, "payload"), Text(c, "security_token"),
                         c.Find("timestamp_seconds").value().integer().value());
    ASSERT_TRUE(message) << message.error().message;
    EXPECT_EQ(*message, Text(c, "message"));
    EXPECT_EQ(ToHex(AsBytes(Sha256(*message))), Text(c, "sha256_hex"));
    EXPECT_TRUE(key.Verify(AsBytes(*DecodeSignature(Text(c, "signature"))), *message));
  }
}

// What a change of one byte may leave as it was: everything that is signed.
TEST(VerifyEnvelope, AnyChangeOfOneByteIsRefusedOrLeavesWhatWasSigned) {
  const SecretKey key = SecretKey::Generate();
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const std::string wire =
      CreateEnvelope(R"({"jsonrpc":"2.0","id":1,"params":{"a":[1.50,"\u00e9\n",null]}})", "a.b.c",
                     key, Time{milliseconds{1'771'338'721'583}})
          .value();
  const Envelope original = VerifyEnvelope(wire, key.public_key()).value();
  int accepted = 0;
  for (std::size_t i = 0; i < wire.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = wire;
      changed[i] ^= static_cast<char>(1 << bit);
      const Result<Envelope> result = VerifyEnvelope(changed, key.public_key());
      if (!result) {
        EXPECT_NE(result.error().code, ErrorCode::kInternalError);
        continue;
      }
      ++accepted;
      EXPECT_EQ(result->payload, original.payload);
      EXPECT_EQ(result->security_token, original.security_token);
    }
    std::string removed = wire;
    removed.erase(i, 1 + random() % 3);
    if (const auto result = VerifyEnvelope(removed, key.public_key())) {
      EXPECT_EQ(result->payload, original.payload);
    }
  }
  EXPECT_GT(accepted, 0) << "the milliseconds are not signed";
  EXPECT_LT(accepted, 40);
}

TEST(VerifyEnvelope, TheLimitsHoldAtTheirExactValues) {
  const SecretKey key = SecretKey::Generate();
  const std::string wire =
      CreateEnvelope(R"({"a":[[]]})", "a.b.c", key, Time{milliseconds{1'771'338'721'583}}).value();
  const auto code = [&](const Limits& limits) -> std::string_view {
    const Result<Envelope> result = VerifyEnvelope(wire, key.public_key(), limits);
    return result ? "" : CodeName(result.error().code);
  };
  Limits limits;
  limits.max_json_bytes = wire.size();
  limits.max_json_depth = 4;
  limits.max_json_nodes = 1 + 5 + 5 + 3;
  limits.max_token_bytes = 5;
  EXPECT_EQ(code(limits), "");
  for (std::size_t Limits::*limit : {&Limits::max_json_bytes, &Limits::max_json_depth,
                                     &Limits::max_json_nodes, &Limits::max_token_bytes}) {
    Limits tighter = limits;
    --(tighter.*limit);
    EXPECT_EQ(code(tighter), "INVALID_ENVELOPE");
  }
}

TEST(ParseEnvelope, KeepsWhatIsSignedApartFromWhatIsOnlySent) {
  const SecretKey key = SecretKey::Generate();
  std::string wire =
      CreateEnvelope(R"({"a":1})", "a.b.c", key, Time{milliseconds{1'771'338'721'583}}).value();
  const Result<ParsedEnvelope> exact = ParseEnvelope(wire, {});
  ASSERT_TRUE(exact);
  EXPECT_EQ(exact->timestamp_seconds, 1'771'338'721);
  EXPECT_EQ(exact->timestamp, Time{milliseconds{1'771'338'721'583}});
  EXPECT_FALSE(exact->timestamp_has_remainder);

  wire.replace(wire.find(".583Z"), 5, ".583001Z");
  const Result<ParsedEnvelope> finer = ParseEnvelope(wire, {});
  ASSERT_TRUE(finer);
  EXPECT_EQ(finer->timestamp, exact->timestamp);
  EXPECT_TRUE(finer->timestamp_has_remainder);
  EXPECT_TRUE(VerifiedForm(*finer, PreparedKey(key.public_key())));
}

TEST(VerifiedForm, HoldsThePayloadWithinTheSignedBytes) {
  const SecretKey key = SecretKey::Generate();
  const std::string wire = CreateEnvelope(R"({ "b" : "\u0041/", "a" : [ 1.0 ] })", "a.b.c", key,
                                          Time{milliseconds{1'771'338'721'583}})
                               .value();
  Result<ParsedEnvelope> parsed = ParseEnvelope(wire, {});
  ASSERT_TRUE(parsed);
  const ParsedEnvelope moved = std::move(*parsed);
  const auto form = VerifiedForm(moved, PreparedKey(key.public_key()));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->payload(), R"({"a":[1.0],"b":"A/"})");
  EXPECT_EQ(form->text,
            R"({"payload":{"a":[1.0],"b":"A/"},"security_token":"a.b.c","timestamp":1771338721})");
  EXPECT_FALSE(VerifiedForm(moved, PreparedKey(SecretKey::Generate().public_key())));
}

TEST(VerifiedForm, IsNeverLongerThanTheWire) {
  const SecretKey key = SecretKey::Generate();
  for (const std::string_view payload :
       {R"({})", R"({"a":"\u0001\u007f\"\\\/"})", R"({"a":-0.0,"b":1e5})", R"({"é":"\u00e9"})"}) {
    const std::string wire =
        CreateEnvelope(payload, "a\"\n\x01", key, Time{milliseconds{1'771'338'721'583}}).value();
    const Result<ParsedEnvelope> parsed = ParseEnvelope(wire, {});
    ASSERT_TRUE(parsed);
    const auto form = VerifiedForm(*parsed, PreparedKey(key.public_key()));
    ASSERT_TRUE(form);
    EXPECT_LE(form->text.size(), parsed->wire_bytes);
  }
}

}  // namespace
}  // namespace callgate
