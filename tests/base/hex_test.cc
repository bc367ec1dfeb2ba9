#include "core/base/hex.h"

#include <gtest/gtest.h>

#include <array>

namespace callgate::base {
namespace {

constexpr std::array<std::uint8_t, 4> kBytes = {0x00, 0x9F, 0xA0, 0xFF};

TEST(Hex, TwoLowerCaseDigitsAByte) {
  EXPECT_EQ(ToHex(kBytes), "009fa0ff");
  EXPECT_EQ(ToHex({}), "");
}

TEST(Hex, IsAppended) {
  std::string text = "0x";
  AppendHex(kBytes, text);
  EXPECT_EQ(text, "0x009fa0ff");
}

TEST(Hex, EveryByteComesBack) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::array<std::uint8_t, 1> in = {static_cast<std::uint8_t>(byte)};
    std::array<std::uint8_t, 1> out = {};
    ASSERT_TRUE(FromHex(ToHex(in), out)) << byte;
    EXPECT_EQ(out, in);
  }
}

TEST(Hex, ReadsExactlyWhatItWrites) {
  std::array<std::uint8_t, 4> bytes;
  EXPECT_TRUE(FromHex("009fa0ff", bytes));
  EXPECT_EQ(bytes, kBytes);
  for (const char* text : {"009FA0FF", "009fa0f", "009fa0ff0", "009fa0fg", "00 9fa0ff", " 09fa0ff",
                           "0x9fa0ff", "", "009fa0f\xC3\xA9"}) {
    EXPECT_FALSE(FromHex(text, bytes)) << text;
  }
  EXPECT_FALSE(FromHex(std::string_view("009fa0f\0", 8), bytes));
}

TEST(Hex, DigitsOfEitherCase) {
  for (unsigned c = 0; c < 256; ++c) {
    const char digit = static_cast<char>(c);
    EXPECT_EQ(IsHexDigit(digit),
              std::string_view("0123456789abcdefABCDEF").find(digit) != std::string_view::npos)
        << c;
  }
  for (unsigned value = 0; value < 16; ++value) {
    EXPECT_EQ(HexDigitValue("0123456789abcdef"[value]), value);
    EXPECT_EQ(HexDigitValue("0123456789ABCDEF"[value]), value);
  }
}

}  // namespace
}  // namespace callgate::base
