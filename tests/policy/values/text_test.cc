#include "core/policy/values/text.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace callgate::policy {
namespace {

std::string Utf8(std::uint32_t code) {
  const auto tail = [code](int shift) {
    return static_cast<char>(0x80 | ((code >> shift) & 0x3F));
  };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0 | code >> 6), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xE0 | code >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | code >> 18), tail(12), tail(6), tail(0)};
}

// Every character of Unicode, against the list of White_Space in PropList.txt and what
// docs/policy.md adds to it.
TEST(Text, WhiteSpaceAndControlsAreExactlyTheCharactersOfTheReference) {
  std::set<std::uint32_t> white_space = {0x20,   0x85,   0xA0,   0x1680, 0x2028,
                                         0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF};
  for (std::uint32_t code = 0x09; code <= 0x0D; ++code) white_space.insert(code);
  for (std::uint32_t code = 0x1C; code <= 0x1F; ++code) white_space.insert(code);
  for (std::uint32_t code = 0x2000; code <= 0x200A; ++code) white_space.insert(code);
  for (std::uint32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    const std::string character = Utf8(code);
    const bool is_space = white_space.contains(code);
    const bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    const std::string within = "a" + character + "a";
    if (WhiteSpaceAt(character) != (is_space ? character.size() : 0) ||
        HoldsWhiteSpace(within) != is_space || HoldsControl(within) != is_control ||
        IsControlAt(within, 1) != is_control || EndsInWhiteSpace("a" + character) != is_space ||
        WithoutOuterWhiteSpace(character + "a" + character) !=
            (is_space ? "a" : character + "a" + character) ||
        WithoutLeadingWhiteSpace(character + "a") != (is_space ? "a" : character + "a")) {
      ADD_FAILURE() << "U+" << std::hex << code;
    }
  }
  EXPECT_EQ(WhiteSpaceAt(""), 0u);
  EXPECT_EQ(WithoutLeadingWhiteSpace(" \u3000\t"), "");
  EXPECT_EQ(WithoutOuterWhiteSpace(" \u3000\t"), "");
  EXPECT_FALSE(EndsInWhiteSpace(""));
}

TEST(Text, ASchemeIsALetterAndWhatRfc3986LetsFollow) {
  EXPECT_EQ(SchemeLength("a+B.c-1:x"), 9u - 2);
  for (const std::string_view text : {"", ":", "1a:", "a", "a/b:", "a b:", "+a:"}) {
    EXPECT_EQ(SchemeLength(text), 0u) << text;
  }
}

}  // namespace
}  // namespace callgate::policy
