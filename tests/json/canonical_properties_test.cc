// Properties of both canonical forms over random documents.
#include <gtest/gtest.h>

#include <algorithm>
#include <codecvt>
#include <random>

#include "callgate/json.h"

namespace callgate::json {
namespace {

constexpr std::uint32_t kSeed = 8785;
constexpr int kDocuments = 5000;

class RandomText {
 public:
  explicit RandomText(std::uint32_t seed) : random_(seed) {}

  std::string Document() { return Value(0); }
  std::string FlatObject() {
    std::string out = "{";
    for (std::size_t i = 0; i < 8; ++i) out += Key(i) + ":0,";
    out.back() = '}';
    return out;
  }

 private:
  std::size_t Below(std::size_t n) { return random_() % n; }

  std::string Space() {
    static constexpr std::string_view kSpaces[] = {"", "", " ", "\n", "\t\r"};
    return std::string(kSpaces[Below(5)]);
  }
  std::string Key(std::size_t i) {
    static constexpr std::string_view kParts[] = {
        "a", "B", "\\u0000", "é", "\uE000", "\U0001F600", "\uFFFF", "\\ud83d\\ude01", "\\\"", "9"};
    return "\"" + std::string(kParts[Below(10)]) + std::string(kParts[Below(10)]) + "k" +
           std::to_string(i) + "\"";
  }
  std::string Scalar() {
    static constexpr std::string_view kScalars[] = {"null",    "true",
                                                    "false",   "0",
                                                    "-0.0",    "1e2",
                                                    "0.1",     "12345678901234567890",
                                                    "\"\"",    "\"x/\"",
                                                    "\"\\/\"", "1E-7",
                                                    "4.50",    "\"\\u20ac\\n\"",
                                                    "\"😀\""};
    return std::string(kScalars[Below(15)]);
  }
  std::string Value(int depth) {
    const std::size_t kind = depth > 4 ? 0 : Below(3);
    if (kind == 0) return Space() + Scalar() + Space();
    std::string out = kind == 1 ? "[" : "{";
    const std::size_t count = Below(6);
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out += ',';
      if (kind == 2) out += Space() + Key(i) + Space() + ':';
      out += Value(depth + 1);
    }
    return out + Space() + (kind == 1 ? "]" : "}");
  }

  std::mt19937 random_;
};

std::string Lexical(Value value, KeyOrder order) {
  std::string out;
  WriteLexical(value, order, out);
  return out;
}

TEST(CanonicalProperties, BothFormsAreFixedPoints) {
  RecordProperty("seed", static_cast<int>(kSeed));
  RandomText random(kSeed);
  int canonicalized = 0;
  int reordered = 0;
  for (int i = 0; i < kDocuments; ++i) {
    const std::string text = random.Document();
    const auto document = Parse(text);
    ASSERT_TRUE(document.ok()) << text;
    const std::string by_code_point = Lexical(document->root(), KeyOrder::kCodePoint);
    const std::string by_utf16 = Lexical(document->root(), KeyOrder::kUtf16);
    EXPECT_EQ(by_code_point != by_utf16, KeyOrdersDiffer(document->root())) << text;
    reordered += by_code_point != by_utf16;
    for (const std::string& form : {by_code_point, by_utf16}) {
      const auto again = Parse(form);
      ASSERT_TRUE(again.ok()) << form;
      EXPECT_EQ(Lexical(again->root(), KeyOrder::kCodePoint), by_code_point);
      EXPECT_EQ(Lexical(again->root(), KeyOrder::kUtf16), by_utf16);
    }
    if (const auto canonical = Canonicalize(text)) {
      ++canonicalized;
      EXPECT_EQ(Canonicalize(*canonical).value(), *canonical);
      EXPECT_EQ(Canonicalize(by_code_point).value(), *canonical);
    }
  }
  EXPECT_GT(canonicalized, kDocuments / 4);
  EXPECT_GT(reordered, kDocuments / 50);
}

// The order of keys, judged by decoding to UTF-16 and comparing code units.
TEST(CanonicalProperties, KeysAreInUtf16Order) {
  RandomText random(kSeed + 1);
  std::wstring_convert<std::codecvt_utf8_utf16<char16_t>, char16_t> convert;
  for (int i = 0; i < kDocuments; ++i) {
    const std::string canonical = Canonicalize(random.FlatObject()).value();
    const auto document = Parse(canonical);
    std::vector<std::pair<std::size_t, std::u16string>> keys;  // by position in the text
    for (const Member member : document->root().members()) {
      std::string quoted;
      AppendString(member.key, quoted);
      keys.emplace_back(canonical.find(quoted + ":"), convert.from_bytes(std::string(member.key)));
    }
    std::sort(keys.begin(), keys.end());
    EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end(), [](const auto& a, const auto& b) {
      return a.second < b.second;
    })) << canonical;
  }
}

}  // namespace
}  // namespace callgate::json
