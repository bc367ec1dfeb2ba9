#include "core/crypto/base64.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <random>

#include "callgate/crypto.h"

namespace callgate {
namespace {

using crypto::Base64Alphabet;

// libsodium's decoder, as the peer that ours must agree with; on ASCII, because libsodium 1.0.18
// takes some bytes beyond it for characters of the alphabet.
std::optional<std::string> SodiumDecode(std::string_view text, int variant) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
  }
  std::string out(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, variant) != 0) {
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

TEST(Base64, EncodesTheVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(Base64Encode(bytes), text);
    EXPECT_EQ(Base64Decode(text), bytes);
    const std::string unpadded(text.substr(0, text.find('=')));
    EXPECT_EQ(Base64UrlEncode(bytes), unpadded);
    EXPECT_EQ(Base64UrlDecode(unpadded), bytes);
  }
}

TEST(Base64, TheTwoAlphabetsDifferInTheLastTwoCharacters) {
  EXPECT_EQ(Base64Encode("\xfb\xff\xbf"), "+/+/");
  EXPECT_EQ(Base64UrlEncode("\xfb\xff\xbf"), "-_-_");
  EXPECT_FALSE(Base64Decode("-_-_"));
  EXPECT_FALSE(Base64UrlDecode("+/+/"));
}

TEST(Base64, AcceptsOneSpellingOnly) {
  for (const std::string_view text :
       {"Zg",     "Zg=",   "Zg===",    "Zg==\n",  "Zg==Zg==", "Z g=", "=",
        "==",     "====",  "Zm9v====", "Zm9vYg",  "Zh==",     "Zm9=", "Zm9v\n",
        "\nZm9v", "Zm9v ", "Zm!v",     "Zm9\xc3", "Z===",     "Zm=v"}) {
    EXPECT_FALSE(Base64Decode(text)) << text;
  }
  for (const std::string_view text :
       {"Z", "Zg==", "Zg=", "Zm9v=", "Zm9vY", "Zh", "Zm9", "Zm9v\n", " Zm9v", "Zm.v", "Zm8="}) {
    EXPECT_FALSE(Base64UrlDecode(text)) << text;
  }
  EXPECT_FALSE(Base64UrlDecode(std::string_view("Zm9v\0", 5)));
}

TEST(Base64, EveryByteInEveryPlaceAgreesWithLibsodium) {
  for (const std::string_view good : {"Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy", "Zm9vYg", "Zm9vYmE"}) {
    for (std::size_t place = 0; place < good.size(); ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(good);
        text[place] = static_cast<char>(byte);
        EXPECT_EQ(Base64Decode(text), SodiumDecode(text, sodium_base64_VARIANT_ORIGINAL))
            << text << " with byte " << byte << " at " << place;
        EXPECT_EQ(Base64UrlDecode(text),
                  SodiumDecode(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING))
            << text << " with byte " << byte << " at " << place;
      }
    }
  }
}

TEST(Base64, RandomBytesSurviveTheRoundTripAndHaveNoSecondSpelling) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 70, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string padded = Base64Encode(bytes);
    const std::string url = Base64UrlEncode(bytes);
    ASSERT_EQ(Base64Decode(padded), bytes);
    ASSERT_EQ(Base64UrlDecode(url), bytes);
    if (url.empty()) continue;
    std::string changed = url;
    char& c = changed[random() % changed.size()];
    c = c == 'A' ? 'B' : 'A';
    ASSERT_NE(Base64UrlDecode(changed), bytes);
  }
}

TEST(Base64, SecretsOfTheExactLengthOnly) {
  char out[8];
  EXPECT_TRUE(crypto::DecodeSecret("Zm9v", Base64Alphabet::kStandardPadded, out, 3));
  EXPECT_EQ(std::string_view(out, 3), "foo");
  EXPECT_FALSE(crypto::DecodeSecret("Zm9v", Base64Alphabet::kStandardPadded, out, 2));
  EXPECT_FALSE(crypto::DecodeSecret("Zm9v", Base64Alphabet::kStandardPadded, out, 4));
  EXPECT_FALSE(crypto::DecodeSecret("Zm9=", Base64Alphabet::kStandardPadded, out, 2));
  EXPECT_FALSE(crypto::DecodeSecret("Zm8=", Base64Alphabet::kUrlUnpadded, out, 2));
  EXPECT_TRUE(crypto::DecodeSecret("Zm8", Base64Alphabet::kUrlUnpadded, out, 2));
  for (int byte = 0x80; byte < 0x100; ++byte) {
    const std::string text = std::string("Zm") + static_cast<char>(byte) + "v";
    EXPECT_FALSE(crypto::DecodeSecret(text, Base64Alphabet::kStandardPadded, out, 3)) << byte;
  }
}

TEST(DecodeSignature, TakesExactly88CharactersOfCanonicalBase64) {
  std::string bytes(kSignatureBytes, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  const std::string good = Base64Encode(bytes);
  ASSERT_EQ(good.size(), 88u);
  ASSERT_TRUE(DecodeSignature(good));
  EXPECT_EQ(AsBytes(*DecodeSignature(good)), bytes);

  EXPECT_FALSE(DecodeSignature(good.substr(0, 86)));  // unpadded
  EXPECT_FALSE(DecodeSignature(good + "\n"));
  EXPECT_FALSE(DecodeSignature(good.substr(0, 85) + "B=="));     // trailing bits
  EXPECT_FALSE(DecodeSignature(Base64Encode(bytes.substr(1))));  // 63 bytes, 84 characters
  EXPECT_FALSE(DecodeSignature(Base64Encode(bytes + "a")));      // 65 bytes, 88 characters
  EXPECT_FALSE(DecodeSignature(Base64Encode(bytes + "ab")));     // 66 bytes, no padding
  EXPECT_FALSE(DecodeSignature(""));
}

}  // namespace
}  // namespace callgate
