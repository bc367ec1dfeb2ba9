#include "core/base/ascii.h"

#include <gtest/gtest.h>

#include <string_view>

namespace callgate::base {
namespace {

TEST(Ascii, EveryByteIsOfTheClassesItsPlaceInTheTableSays) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::size_t lower = kLower.find(c);
    const std::size_t upper = kUpper.find(c);
    EXPECT_EQ(IsAsciiDigit(c), kDigits.find(c) != std::string_view::npos) << byte;
    EXPECT_EQ(IsAsciiLower(c), lower != std::string_view::npos) << byte;
    EXPECT_EQ(IsAsciiUpper(c), upper != std::string_view::npos) << byte;
    EXPECT_EQ(IsAsciiLetter(c), IsAsciiLower(c) || IsAsciiUpper(c)) << byte;
    EXPECT_EQ(IsAsciiControl(c), byte < 32 || byte == 127) << byte;
    EXPECT_EQ(ToAsciiLower(c), IsAsciiUpper(c) ? kLower[upper] : c) << byte;
    if (IsAsciiLower(c)) {
      EXPECT_EQ(ToAsciiUpper(c), kUpper[lower]) << byte;
    }
  }
}

TEST(Ascii, APrefixIsComparedInAnyCaseAndNeverPastTheEnd) {
  EXPECT_TRUE(StartsWithIgnoringCase("HtTp:", "http:"));
  EXPECT_TRUE(StartsWithIgnoringCase("http:x", "http:"));
  EXPECT_FALSE(StartsWithIgnoringCase("https", "http:"));
  EXPECT_FALSE(StartsWithIgnoringCase(std::string_view("http:").substr(0, 4), "http:"));
}

TEST(Ascii, TextsAreEqualInAnyCaseOfAsciiAlone) {
  EXPECT_TRUE(EqualsIgnoringCase("JsonRpc", "jsonrpc"));
  EXPECT_FALSE(EqualsIgnoringCase("jsonrpcs", "jsonrpc"));
  EXPECT_FALSE(EqualsIgnoringCase("jsonrp", "jsonrpc"));
  EXPECT_FALSE(EqualsIgnoringCase("\xE2\x84\xAA", "k"));  // U+212A
}

}  // namespace
}  // namespace callgate::base
