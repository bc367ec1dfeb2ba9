#include "core/trust/der.h"

#include <gtest/gtest.h>

#include <string>

namespace callgate::trust {
namespace {

using namespace std::string_view_literals;
using namespace std::string_literals;

TEST(StrictDer, TakesWhatTheEncodingProduces) {
  for (const std::string_view der : {
           "\x30\x00"sv,              // an empty SEQUENCE
           "\x30\x03\x02\x01\x00"sv,  // with an INTEGER
           "\x02\x02\x00\x80"sv,      // 128
           "\x02\x01\x80"sv,          // -128
           "\x01\x01\xFF"sv,          // TRUE
           "\x03\x02\x07\x80"sv,      // one bit
           "\x03\x01\x00"sv,          // no bit
           "\x06\x03\x55\x1D\x0F"sv,  // 2.5.29.15
           "\x05\x00"sv,              // NULL
           "\xA0\x03\x02\x01\x02"sv,  // [0] with an INTEGER
           "\x82\x01\x61"sv,          // [2] primitive
       }) {
    EXPECT_TRUE(IsStrictDer(der)) << testing::PrintToString(der);
  }
}

TEST(StrictDer, RefusesOtherSpellings) {
  for (const std::string_view der : {
           ""sv,
           "\x30"sv,
           "\x30\x01"sv,      // beyond the end
           "\x30\x00\x00"sv,  // a byte after it
           "\x30\x81\x00"sv,  // a length of more bytes than needed
           "\x30\x81\x03\x02\x01\x00"sv,
           "\x30\x80\x00\x00"sv,              // an indefinite length
           "\x30\x85\x00\x00\x00\x00\x00"sv,  // a length of five bytes
           "\x1F\x81\x01\x00"sv,              // a tag of several bytes
           "\x10\x00"sv,                      // SEQUENCE as primitive
           "\x24\x03\x04\x01\x61"sv,          // OCTET STRING in parts
           "\x02\x00"sv,                      // no INTEGER
           "\x02\x02\x00\x7F"sv,              // a zero in front
           "\x02\x02\xFF\x80"sv,              // a sign in front
           "\x01\x01\x01"sv,                  // a BOOLEAN of 01
           "\x01\x02\x00\x00"sv,
           "\x03\x00"sv,          // a BIT STRING without its first byte
           "\x03\x01\x01"sv,      // unused bits of no byte
           "\x03\x02\x08\x00"sv,  // 8 unused bits
           "\x03\x02\x01\x01"sv,  // an unused bit that is set
           "\x05\x01\x00"sv,      // NULL with content
           "\x06\x00"sv,
           "\x06\x02\x80\x01"sv,  // an arc with a zero in front
           "\x06\x01\x81"sv,      // an arc that is cut off
           "\x00\x00"sv,
           "\x30\x04\x30\x03\x02\x00"sv,  // an element beyond its parent
       }) {
    EXPECT_FALSE(IsStrictDer(der)) << testing::PrintToString(der);
  }
}

TEST(StrictDer, GoesThirtyTwoLevelsDeep) {
  std::string der = "\x05\x00"s;
  const auto wrap = [&] { der = std::string("\x30") + static_cast<char>(der.size()) + der; };
  for (int level = 0; level < 33; ++level) wrap();
  EXPECT_TRUE(IsStrictDer(der));
  wrap();
  EXPECT_FALSE(IsStrictDer(der));
}

}  // namespace
}  // namespace callgate::trust
