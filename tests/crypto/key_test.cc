#include <gtest/gtest.h>

#include <type_traits>

#include "callgate/crypto.h"
#include "tests/support/vectors.h"

namespace callgate {
namespace {

using test::Flag;
using test::FromHex;
using test::HexBytes;
using test::Text;
using test::ToHex;
using test::Vectors;

Result<PublicKey> ImportPublic(const std::string& form, const std::string& text) {
  if (form == "bytes") return PublicKey::FromBytes(FromHex(text));
  if (form == "base64") return PublicKey::FromBase64(text);
  if (form == "jwk") return PublicKey::FromJwk(text);
  if (form == "pem") return PublicKey::FromPem(text);
  ADD_FAILURE() << "unknown form " << form;
  return Error{};
}

Result<SecretKey> ImportSecret(const std::string& form, const std::string& text) {
  if (form == "bytes") return SecretKey::FromBytes(FromHex(text));
  if (form == "jwk") return SecretKey::FromJwk(text);
  if (form == "pem") return SecretKey::FromPem(text);
  ADD_FAILURE() << "unknown form " << form;
  return Error{};
}

TEST(KeyVectors, EveryFormExportsAndImportsTheSameKey) {
  const Vectors vectors("keys.json");
  for (json::Value c : vectors.Cases("keys")) {
    SCOPED_TRACE(Text(c, "name"));
    const Result<SecretKey> secret = SecretKey::FromBytes(HexBytes(c, "seed_hex"));
    ASSERT_TRUE(secret);
    const PublicKey& key = secret->public_key();
    EXPECT_EQ(ToHex(AsBytes(key.bytes())), Text(c, "public_hex"));
    EXPECT_EQ(key.ToBase64(), Text(c, "public_base64"));
    EXPECT_EQ(key.ToJwk(), Text(c, "public_jwk"));
    EXPECT_EQ(key.ToPem(), Text(c, "public_pem"));
    EXPECT_EQ(key.Thumbprint(), Text(c, "thumbprint"));
    EXPECT_EQ(ToHex(secret->ToBytes().view()), Text(c, "seed_hex"));
    EXPECT_EQ(secret->ToJwk().view(), Text(c, "private_jwk"));
    EXPECT_EQ(secret->ToPem().view(), Text(c, "private_pem"));

    for (const auto& imported :
         {PublicKey::FromBytes(HexBytes(c, "public_hex")),
          PublicKey::FromBase64(Text(c, "public_base64")), PublicKey::FromJwk(key.ToJwk()),
          PublicKey::FromPem(key.ToPem())}) {
      ASSERT_TRUE(imported) << imported.error().message;
      EXPECT_EQ(*imported, key);
    }
    const Result<SecretKey> from_jwk = SecretKey::FromJwk(Text(c, "private_jwk"));
    ASSERT_TRUE(from_jwk) << from_jwk.error().message;
    EXPECT_EQ(from_jwk->public_key(), key);
    const Result<SecretKey> from_pem = SecretKey::FromPem(Text(c, "private_pem"));
    ASSERT_TRUE(from_pem) << from_pem.error().message;
    EXPECT_EQ(from_pem->ToBytes().view(), HexBytes(c, "seed_hex"));
  }
}

TEST(KeyVectors, OtherSpellingsThatTheFormatsAllowAreAccepted) {
  const Vectors vectors("keys.json");
  for (json::Value c : vectors.Cases("accepted")) {
    SCOPED_TRACE(Text(c, "name"));
    if (Flag(c, "private")) {
      const Result<SecretKey> key = ImportSecret(Text(c, "form"), Text(c, "text"));
      ASSERT_TRUE(key) << key.error().message;
      EXPECT_EQ(ToHex(AsBytes(key->public_key().bytes())), Text(c, "public_hex"));
    } else {
      const Result<PublicKey> key = ImportPublic(Text(c, "form"), Text(c, "text"));
      ASSERT_TRUE(key) << key.error().message;
      EXPECT_EQ(ToHex(AsBytes(key->bytes())), Text(c, "public_hex"));
    }
  }
}

TEST(KeyVectors, MalformedAndWeakKeysAreRefusedByNameWithoutBeingRepeated) {
  const Vectors vectors("keys.json");
  for (json::Value c : vectors.Cases("refused")) {
    SCOPED_TRACE(Text(c, "name"));
    const std::string text = Text(c, "text");
    Error error;
    if (Flag(c, "private")) {
      Result<SecretKey> key = ImportSecret(Text(c, "form"), text);
      ASSERT_FALSE(key) << Text(c, "reason");
      error = key.error();
    } else {
      Result<PublicKey> key = ImportPublic(Text(c, "form"), text);
      ASSERT_FALSE(key) << Text(c, "reason");
      error = key.error();
    }
    EXPECT_EQ(error.code, ErrorCode::kKeyRefused);
    EXPECT_FALSE(error.message.empty());
    EXPECT_LT(error.message.size() + error.where.size(), 200u);
    // No message repeats what might be a key.
    for (std::size_t i = 0; i + 43 <= text.size() && i < 1000; ++i) {
      EXPECT_EQ(error.message.find(text.substr(i, 43)), std::string::npos);
    }
  }
}

TEST(KeyVectors, SignaturesAreVerifiedStrictly) {
  const Vectors vectors("keys.json");
  for (json::Value c : vectors.Cases("signatures")) {
    SCOPED_TRACE(Text(c, "name"));
    const std::string public_key = HexBytes(c, "public_hex");
    const std::string signature = HexBytes(c, "signature_hex");
    const std::string message = HexBytes(c, "message_hex");
    const bool valid = Flag(c, "valid");
    EXPECT_EQ(Ed25519Verify(public_key, signature, message), valid);
    if (const auto key = PublicKey::FromBytes(public_key)) {
      EXPECT_EQ(key->Verify(signature, message), valid);
      if (signature.size() == kSignatureBytes) {
        Signature bytes;
        std::copy(signature.begin(), signature.end(), bytes.begin());
        EXPECT_EQ(PreparedKey(*key).Verify(bytes, message), valid);
      }
    }
  }
}

TEST(KeyVectors, SigningIsDeterministicAndMakesTheBytesOfRfc8032) {
  const Vectors vectors("keys.json");
  int signed_again = 0;
  for (json::Value k : vectors.Cases("keys")) {
    const Result<SecretKey> key = SecretKey::FromBytes(HexBytes(k, "seed_hex"));
    ASSERT_TRUE(key);
    for (json::Value c : vectors.Cases("signatures")) {
      if (!Flag(c, "valid") || Text(c, "public_hex") != Text(k, "public_hex")) continue;
      const Signature signature = key->Sign(HexBytes(c, "message_hex"));
      EXPECT_EQ(ToHex(AsBytes(signature)), Text(c, "signature_hex")) << Text(c, "name");
      ++signed_again;
    }
  }
  EXPECT_GE(signed_again, 4);
}

TEST(SecretKey, GeneratedKeysDifferAndSignWhatTheirPublicKeyVerifies) {
  const SecretKey a = SecretKey::Generate();
  const SecretKey b = SecretKey::Generate();
  EXPECT_NE(a.public_key(), b.public_key());
  const Signature signature = a.Sign("message");
  EXPECT_TRUE(a.public_key().Verify(AsBytes(signature), "message"));
  EXPECT_FALSE(a.public_key().Verify(AsBytes(signature), "Message"));
  EXPECT_FALSE(b.public_key().Verify(AsBytes(signature), "message"));
}

TEST(SecretKey, CannotBeCopiedOnlyMoved) {
  static_assert(!std::is_copy_constructible_v<SecretKey>);
  static_assert(!std::is_copy_assignable_v<SecretKey>);
  static_assert(!std::is_copy_constructible_v<SecretBytes>);
  SecretKey key = SecretKey::Generate();
  const PublicKey public_key = key.public_key();
  const SecretKey moved = std::move(key);
  EXPECT_TRUE(public_key.Verify(AsBytes(moved.Sign("m")), "m"));
}

TEST(SecretKey, OfAJwkHasOneMemberD) {
  const SecretKey key = SecretKey::Generate();
  const std::string jwk(key.ToJwk().view());
  const auto with = [&](std::string_view member) {
    return SecretKey::FromJwk("{" + std::string(member) + jwk.substr(1)).ok();
  };
  EXPECT_TRUE(with(R"("x5c":{"d":"x"},"note":"\"d\":",)"));
  EXPECT_FALSE(with(R"("d":"x",)"));
  EXPECT_FALSE(with(R"("\u0064":"x",)"));
  EXPECT_FALSE(with(R"("d":{},)"));
}

TEST(Sha256, MatchesFips180) {
  EXPECT_EQ(ToHex(AsBytes(Sha256("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(AsBytes(Sha256(""))),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Thumbprint, IsTheOneOfRfc8037AppendixA3) {
  const auto key = PublicKey::FromJwk(
      R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->Thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

}  // namespace
}  // namespace callgate
