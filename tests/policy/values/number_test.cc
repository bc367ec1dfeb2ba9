#include "core/policy/values/number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace callgate::policy {
namespace {

TEST(Number, SpellingsOfOneValueAreEqual) {
  const std::vector<std::vector<std::string>> values = {
      {"0", "-0", "0.0", "-0.000", "0e5", "0E-400", "0e99999999999999999999"},
      {"1", "1.0", "1.000", "10e-1", "0.1e1", "0.001E+3", "1e0", "1e-0"},
      {"-1", "-1.0", "-100e-2"},
      {"120", "1.2e2", "12e1", "120.0", "1200e-1", "0.0120e4"},
      {"0.05", "5e-2", "0.5e-1", "50e-3"},
      {"1e400", "10e399", "0.1e401"},
  };
  for (const auto& spellings : values) {
    for (const std::string& a : spellings) {
      for (const std::string& b : spellings) {
        EXPECT_TRUE(CompareNumbers(a, b) == 0) << a << ' ' << b;
      }
    }
  }
}

TEST(Number, OrderIsThatOfTheExactValues) {
  const std::vector<std::string> ascending = {"-1e400",
                                              "-9007199254740993",
                                              "-9007199254740992.5",
                                              "-9007199254740992",
                                              "-10",
                                              "-1.1",
                                              "-1",
                                              "-0.1",
                                              "-1e-400",
                                              "0",
                                              "1e-400",
                                              "0.09",
                                              "0.1",
                                              "0.10000000000000000000000001",
                                              "0.11",
                                              "1",
                                              "1.09",
                                              "1.1",
                                              "9",
                                              "10",
                                              "49.99999999999999999999",
                                              "50",
                                              "50.00000000000000000001",
                                              "99",
                                              "100",
                                              "9007199254740992",
                                              "9007199254740992.5",
                                              "9007199254740993",
                                              "1e308",
                                              "1e400",
                                              "1e401"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_TRUE(CompareNumbers(ascending[i], ascending[j]) == (i <=> j))
          << ascending[i] << ' ' << ascending[j];
    }
  }
}

TEST(Number, OrderAgreesWithIntegersWhereverThePointStands) {
  std::mt19937_64 random(7);
  const auto spell = [&](std::int64_t value) {
    std::string digits = std::to_string(value < 0 ? -value : value);
    const std::size_t places = random() % 6;
    std::string text = value < 0 ? "-" : "";
    if (random() % 2 == 0) {
      digits.append(places, '0');
      text += digits + "e-" + std::to_string(places);
    } else {
      digits.insert(0, digits.size() <= places ? places + 1 - digits.size() : 0, '0');
      text += digits.substr(0, digits.size() - places);
      if (places > 0) text += "." + digits.substr(digits.size() - places);
      text += "E+" + std::to_string(places);
    }
    return text;
  };
  for (int i = 0; i < 20'000; ++i) {
    const auto a = static_cast<std::int64_t>(random() % 2'000) - 1'000;
    const auto b = static_cast<std::int64_t>(random() % 2'000) - 1'000;
    const std::string text_a = spell(a);
    const std::string text_b = spell(b);
    ASSERT_TRUE(CompareNumbers(text_a, text_b) == (a <=> b)) << text_a << ' ' << text_b;
  }
}

TEST(Number, NearestDoubleRoundsAndKnowsBothEnds) {
  EXPECT_EQ(NearestDouble("49.99999999999999999999"), 50.0);
  EXPECT_EQ(NearestDouble("9007199254740993"), 9007199254740992.0);
  EXPECT_EQ(NearestDouble("-0.1e1"), -1.0);
  EXPECT_EQ(NearestDouble("1e400"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(NearestDouble("-1e400"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(NearestDouble(std::string(400, '9')), std::numeric_limits<double>::infinity());
  EXPECT_EQ(NearestDouble("1e-400"), 0.0);
  EXPECT_TRUE(std::signbit(NearestDouble("-1e-400")));
  EXPECT_EQ(NearestDouble("0." + std::string(400, '0') + "1"), 0.0);
  EXPECT_EQ(NearestDouble("0e400"), 0.0);
}

TEST(Number, OneValueHasOneCanonicalSpelling) {
  const std::vector<std::vector<std::string>> values = {
      {"0", "-0", "0.00", "0e500"},
      {"-1", "-1.0", "-10e-1"},
      {"1.05", "0.0105e2", "105e-2", "1.050"},
      {"120", "1.2e2", "120.00"},
      {"0.000001", "1e-6"},
      {"1e-7", "0.0000001", "10e-8"},
      {"1.5e-7", "0.00000015"},
      {"100000000000000000000", "1e20"},
      {"1e+21", "1000000000000000000000", "1E21"},
      {"1.2e+21", "1200000000000000000000"},
      {"123456789012345678901.5", "1234567890123456789015e-1"},
      {"49.99999999999999999999", "4999999999999999999999e-20"},
  };
  for (const auto& spellings : values) {
    for (const std::string& spelling : spellings) {
      EXPECT_EQ(CanonicalNumber(spelling), spellings[0]) << spelling;
    }
  }
}

TEST(Number, IntegersHaveOneSpelling) {
  EXPECT_EQ(IntegerOf("0"), 0);
  EXPECT_EQ(IntegerOf("-17"), -17);
  EXPECT_EQ(IntegerOf("9007199254740991"), 9007199254740991);
  EXPECT_EQ(IntegerOf("-9007199254740991"), -9007199254740991);
  for (const char* other : {"-0", "1.0", "1e2", "1E0", "0.5", "9007199254740992",
                            "-9007199254740992", "18446744073709551617"}) {
    EXPECT_EQ(IntegerOf(other), std::nullopt) << other;
  }
}

TEST(Number, HugeExponentsAreOver400EitherWay) {
  for (const char* number : {"1", "1e400", "1E+400", "1e-400", "1e0000400", "0.1e400"}) {
    EXPECT_FALSE(HasHugeExponent(number)) << number;
  }
  for (const char* number : {"1e401", "0e401", "1E-401", "1e+99999999999999999999999"}) {
    EXPECT_TRUE(HasHugeExponent(number)) << number;
  }
}

}  // namespace
}  // namespace callgate::policy
