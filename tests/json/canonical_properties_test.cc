// Properties of both canonical forms over random documents.
#include <gtest/gtest.h>

#include <algorithm>
#include <codecvt>

#include "callgate/json.h"
#include "tests/json/random_document.h"

namespace callgate::json {
namespace {

constexpr int kDocuments = 5000;

std::string Lexical(Value value, KeyOrder order) {
  std::string out;
  WriteLexical(value, order, out);
  return out;
}

TEST(CanonicalProperties, BothFormsAreFixedPoints) {
  RecordProperty("seed", static_cast<int>(kRandomSeed));
  RandomDocument random(kRandomSeed);
  int canonicalized = 0;
  int reordered = 0;
  for (int i = 0; i < kDocuments; ++i) {
    const std::string text = random.Next();
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
  RandomDocument random(kRandomSeed + 1);
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
