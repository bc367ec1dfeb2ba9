#include <gtest/gtest.h>

#include <random>

#include "callgate/json.h"

namespace callgate::json {
namespace {

// RFC 3629 section 3, by encoding: well-formed is what encoding some scalar value produces.
std::string Encode(char32_t c) {
  const auto byte = [](char32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F))};
  if (c < 0x10000) {
    return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
  }
  return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)),
          byte(0x80 | (c & 0x3F))};
}

TEST(Utf8, EveryScalarValueIsValidAndNoSurrogateIs) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    const bool is_surrogate = 0xD800 <= c && c <= 0xDFFF;
    ASSERT_EQ(IsValidUtf8(Encode(c)), !is_surrogate) << static_cast<unsigned>(c);
  }
}

// Every sequence of up to three bytes: the only valid ones are concatenations of valid characters.
TEST(Utf8, ShortSequencesAgreeWithTheEncoder) {
  std::vector<std::string> valid_of_length[4];
  std::vector<bool> valid(1 << 24, false);
  const auto index = [](std::string_view text) {
    std::uint32_t value = 0;
    for (const char c : text) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  };
  for (char32_t c = 0; c < 0x10000; ++c) {
    if (0xD800 <= c && c <= 0xDFFF) continue;
    valid_of_length[Encode(c).size()].push_back(Encode(c));
  }
  for (const auto& three : valid_of_length[3]) valid[index(three)] = true;
  for (const auto& one : valid_of_length[1]) {
    for (const auto& two : valid_of_length[2]) {
      valid[index(one + two)] = true;
      valid[index(two + one)] = true;
    }
  }
  for (std::uint32_t i = 0; i < 1 << 24; ++i) {
    const char bytes[3] = {static_cast<char>(i >> 16), static_cast<char>(i >> 8),
                           static_cast<char>(i)};
    const bool is_ascii = (i & 0x808080) == 0;
    ASSERT_EQ(IsValidUtf8({bytes, 3}), valid[i] || is_ascii) << i;
  }
}

TEST(Utf8, TruncatedCharactersAreInvalid) {
  for (const char32_t c : {U'é', U'€', U'😀'}) {
    const std::string whole = Encode(c);
    for (std::size_t length = 1; length < whole.size(); ++length) {
      EXPECT_FALSE(IsValidUtf8(std::string(17, 'x') + whole.substr(0, length)));
      EXPECT_FALSE(IsValidUtf8(whole.substr(0, length) + std::string(17, 'x')));
    }
  }
}

}  // namespace
}  // namespace callgate::json
