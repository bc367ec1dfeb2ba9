#include <gtest/gtest.h>

#include "callgate/token.h"

namespace callgate {
namespace {

PublicKey NewKey() { return SecretKey::Generate().public_key(); }

std::string Jwk(const PublicKey& key, const std::string& more) {
  std::string jwk = key.ToJwk();
  jwk.pop_back();
  return jwk + more + "}";
}

TEST(IssuerKeys, AreFoundByTheirIdOnly) {
  const PublicKey a = NewKey(), b = NewKey();
  const IssuerKeys keys = IssuerKeys::Create({{"b", b}, {"a", a}}).value();
  EXPECT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys.key_ids(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(keys.Find("a")->key(), a);
  EXPECT_EQ(keys.Find("b")->key(), b);
  EXPECT_EQ(keys.Find("c"), nullptr);
  EXPECT_EQ(keys.Find(""), nullptr);
  EXPECT_EQ(keys.Find("A"), nullptr);
}

TEST(IssuerKeys, WithoutAnIdOnlyASingleKeyCanBeMeant) {
  const PublicKey a = NewKey();
  EXPECT_EQ(IssuerKeys::Create({{"a", a}}).value().Find(std::nullopt)->key(), a);
  EXPECT_EQ(IssuerKeys::Create({{"a", a}, {"b", NewKey()}}).value().Find(std::nullopt), nullptr);
}

TEST(IssuerKeys, AnEmptySetAnEmptyIdAndADuplicateIdAreErrors) {
  for (const auto& keys : {IssuerKeys::Create({}), IssuerKeys::Create({{"", NewKey()}}),
                           IssuerKeys::Create({{"a", NewKey()}, {"b", NewKey()}, {"a", NewKey()}}),
                           IssuerKeys::FromList({})}) {
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, ErrorCode::kInvalidArgument);
  }
  const PublicKey twice = NewKey();
  EXPECT_FALSE(IssuerKeys::FromList({twice, twice}));
}

TEST(IssuerKeys, InAListAreKnownByTheirThumbprints) {
  const PublicKey a = NewKey();
  EXPECT_EQ(IssuerKeys::FromList({a, NewKey()}).value().Find(a.Thumbprint())->key(), a);
}

TEST(IssuerKeys, EverySetHasItsOwnGenerationAndCopiesShareIt) {
  const PublicKey a = NewKey();
  const IssuerKeys first = IssuerKeys::FromList({a}).value();
  const IssuerKeys second = IssuerKeys::FromList({a}).value();
  const IssuerKeys copy = first;
  EXPECT_NE(first.generation(), second.generation());
  EXPECT_EQ(first.generation(), copy.generation());
}

TEST(IssuerKeys, OfAJwkSetAreTheEd25519KeysForSignatures) {
  const PublicKey named = NewKey(), unnamed = NewKey(), encryption = NewKey();
  const IssuerKeys keys =
      IssuerKeys::FromJwks(R"({"keys":[{"kty":"RSA","kid":"rsa","n":"AQAB","e":"AQAB"},)" +
                           Jwk(named, R"(,"kid":"named","use":"sig","alg":"EdDSA")") + "," +
                           Jwk(encryption, R"(,"kid":"enc","use":"enc")") + "," +
                           R"({"kty":"OKP","crv":"X25519","x":"AA"},{"kty":"OKP"},{},)" +
                           unnamed.ToJwk() + R"(],"more":1})")
          .value();
  EXPECT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys.Find("named")->key(), named);
  EXPECT_EQ(keys.Find(unnamed.Thumbprint())->key(), unnamed);
  EXPECT_EQ(keys.Find("enc"), nullptr);
}

TEST(IssuerKeys, AJwkSetWithAMalformedKeyOrNoneIsAnError) {
  const std::string good = Jwk(NewKey(), R"(,"kid":"a")");
  const std::pair<std::string, ErrorCode> sets[] = {
      {"", ErrorCode::kInvalidArgument},
      {"[]", ErrorCode::kInvalidArgument},
      {"{}", ErrorCode::kInvalidArgument},
      {R"({"keys":{}})", ErrorCode::kInvalidArgument},
      {R"({"keys":[]})", ErrorCode::kInvalidArgument},
      {R"({"keys":[1]})", ErrorCode::kInvalidArgument},
      {R"({"keys":[{"kty":"RSA"}]})", ErrorCode::kInvalidArgument},
      {R"({"keys":[)" + good + "," + good + "]}", ErrorCode::kInvalidArgument},
      {R"({"keys":[)" + Jwk(NewKey(), R"(,"kid":1)") + "]}", ErrorCode::kInvalidArgument},
      {R"({"keys":[)" + Jwk(NewKey(), R"(,"kid":"")") + "]}", ErrorCode::kInvalidArgument},
      {R"({"keys":[)" + good + R"(,{"kty":"OKP","crv":"Ed25519"}]})", ErrorCode::kKeyRefused},
      {R"({"keys":[)" + good + R"(,{"kty":"OKP","crv":"Ed25519","x":"AA"}]})",
       ErrorCode::kKeyRefused},
      {R"({"keys":[)" + std::string(SecretKey::Generate().ToJwk().view()) + "]}",
       ErrorCode::kKeyRefused}};
  for (const auto& [text, code] : sets) {
    const Result<IssuerKeys> keys = IssuerKeys::FromJwks(text);
    ASSERT_FALSE(keys) << text;
    EXPECT_EQ(keys.error().code, code) << text;
  }
}

}  // namespace
}  // namespace callgate
