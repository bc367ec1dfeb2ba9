#include "callgate/scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "callgate/json.h"
#include "callgate/result_meter.h"
#include "tests/json/random_document.h"

namespace callgate::json {
namespace {

using ::testing::ElementsAre;

std::string Lexical(Value value) {
  std::string out;
  WriteLexical(value, KeyOrder::kCodePoint, out);
  return out;
}

std::uint64_t SizeOf(std::string_view text) {
  const auto size = CompactSize(text);
  EXPECT_TRUE(size.ok()) << text.substr(0, 100);
  return size ? *size : 0;
}

// The value of each of the keys in the object; "none" for a member that it does not have, and the
// place of the fault where it is refused.
std::vector<std::string> Members(std::string_view text, std::vector<std::string_view> keys) {
  const auto found = FindMembers(text, keys);
  if (!found) return {found.error().where};
  std::vector<std::string> values;
  for (const auto& slice : *found) values.emplace_back(slice ? slice->Of(text) : "none");
  return values;
}

TEST(CompactSize, CountsWhatIsWrittenWithoutSpaceAndNeedlessEscapes) {
  EXPECT_EQ(SizeOf(R"({"a":[1,2],"b":"x"})"), 19u);
  EXPECT_EQ(SizeOf(" { \"a\" :\t[ 1 ,\r\n2 ] } "), 11u);
  EXPECT_EQ(SizeOf(R"("\u0041\/\u00e9")"), 2 + 1 + 1 + 2u);
  EXPECT_EQ(SizeOf(R"("\ud83d\ude00")"), 2 + 4u);
  EXPECT_EQ(SizeOf("-1.50e+07"), 9u);
}

TEST(CompactSize, AHalfOfAPairCountsAsItsEscape) {
  EXPECT_EQ(SizeOf(R"("\ud83d")"), 2 + 6u);
  EXPECT_EQ(SizeOf(R"("\ude00")"), 2 + 6u);
  EXPECT_EQ(SizeOf(R"("\ude00\ud83d")"), 2 + 12u);
  EXPECT_EQ(SizeOf(R"("\ud83d\ud83d\ude00")"), 2 + 6 + 4u);
  EXPECT_EQ(SizeOf(R"("\ud83dx\ude00")"), 2 + 6 + 1 + 6u);
  EXPECT_EQ(SizeOf(R"("\ud83d\n")"), 2 + 6 + 2u);
  EXPECT_EQ(SizeOf(R"(["\ud83d","\ude00"])"), 2 + 8 + 1 + 8u);
}

// What real servers send and a strict parser refuses.
TEST(CompactSize, OnlyBytesBoundAText) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  EXPECT_EQ(SizeOf(deep), deep.size());
  std::string long_array = "[0";
  for (int i = 0; i < 300'000; ++i) long_array += ",0";
  EXPECT_EQ(SizeOf(long_array + "]"), long_array.size() + 1);
  EXPECT_EQ(SizeOf(R"({"a":1,"a":2})"), 13u);
  EXPECT_EQ(SizeOf(R"({"a":1,"\u0061":2})"), 13u);
  EXPECT_EQ(SizeOf("1e999"), 5u);
  EXPECT_EQ(SizeOf(std::string(5'000, '1')), 5'000u);
}

TEST(CompactSize, ManyKindsOfBracketsCloseInTheirOrder) {
  std::mt19937 random(kRandomSeed);
  std::string open, close;
  for (int i = 0; i < 1'000; ++i) {
    const bool is_object = random() % 2 == 0;
    open += is_object ? R"({"k":)" : "[";
    close.insert(0, is_object ? "}" : "]");
    if (i % 7 != 0) continue;
    EXPECT_EQ(SizeOf(open + "0" + close), open.size() + 1 + close.size());
    std::string wrong = close;
    char& bracket = wrong[random() % wrong.size()];
    bracket = bracket == '}' ? ']' : '}';
    EXPECT_FALSE(CompactSize(open + "0" + wrong).ok());
  }
}

TEST(CompactSize, RefusesWhatIsNoJson) {
  const std::array<std::pair<std::string, std::string>, 44> kTexts = {{
      {"", "byte 0"},
      {" ", "byte 1"},
      {"{", "byte 1"},
      {"[", "byte 1"},
      {"}", "byte 0"},
      {"]", "byte 0"},
      {"[}", "byte 1"},
      {"{]", "byte 1"},
      {"[[}]", "byte 2"},
      {"[1}", "byte 2"},
      {"{\"a\":1]", "byte 6"},
      {"[1]]", "byte 3"},
      {"[1][2]", "byte 3"},
      {"1 2", "byte 2"},
      {"{}x", "byte 2"},
      {"[1,]", "byte 3"},
      {"[,1]", "byte 1"},
      {"[1 2]", "byte 3"},
      {"{\"a\" 1}", "byte 5"},
      {"{\"a\":}", "byte 5"},
      {"{\"a\":1,}", "byte 7"},
      {"{1:2}", "byte 1"},
      {"{\"a\"}", "byte 4"},
      {"{:1}", "byte 1"},
      {",", "byte 0"},
      {":", "byte 0"},
      {"\"a", "byte 2"},
      {"\"a\nb\"", "byte 2"},
      {"\"\x01\"", "byte 1"},
      {"\"\\x\"", "byte 1"},
      {"\"\\", "byte 1"},
      {"\"\\u12\"", "byte 1"},
      {"\"\\u12g4\"", "byte 1"},
      {"\"\xFF\"", "byte 1"},
      {"\"\xED\xA0\x80\"", "byte 1"},
      {"\xEF\xBB\xBF{}", "byte 0"},
      {"NaN", "byte 0"},
      {"01", "byte 0"},
      {"-", "byte 0"},
      {"1.", "byte 0"},
      {".5", "byte 0"},
      {"1e", "byte 0"},
      {"+1", "byte 0"},
      {"truex", "byte 0"},
  }};
  for (const auto& [text, where] : kTexts) {
    const auto refused = CompactSize(text);
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidJson) << text;
    EXPECT_EQ(refused.error().where, where) << text;
  }
  EXPECT_FALSE(CompactSize(std::string("[\0]", 3)).ok());
  EXPECT_FALSE(CompactSize(std::string("\"\0\"", 3)).ok());
}

TEST(CompactText, TakesAwaySpaceOutsideStringsAndNothingElse) {
  EXPECT_EQ(CompactText(" { \"b\" :\n[ 1.0 , \"x \\u0041\\ud83d\" ] ,\r\n\t\"b\":{} } "),
            R"({"b":[1.0,"x \u0041\ud83d"],"b":{}})");
  EXPECT_EQ(CompactText(R"(["\" ,","\\"])"), R"(["\" ,","\\"])");
}

TEST(FindMembers, GivesValuesAsTheyWereWritten) {
  const std::string_view text = " {\"b\" : { \"a\": 1.0 } ,\n\"a\":\t\"\\u0041\" , \"c\":[] } ";
  EXPECT_THAT(Members(text, {"a", "b", "d"}), ElementsAre("\"\\u0041\"", "{ \"a\": 1.0 }", "none"));
  const auto found = FindMembers(text, std::array<std::string_view, 2>{"a", "b"});
  EXPECT_EQ((*found)[0]->compact_bytes, 3u);
  EXPECT_EQ((*found)[1]->compact_bytes, 9u);
  EXPECT_THAT(Members("{}", {"a"}), ElementsAre("none"));
}

TEST(FindMembers, KnowsAKeyHoweverItIsSpelled) {
  EXPECT_THAT(Members(R"({"\u0069d":1})", {"id"}), ElementsAre("1"));
  EXPECT_THAT(Members(R"({"i\u0064":1})", {"id"}), ElementsAre("1"));
  for (const std::string_view other :
       {"i", "idd", "ID", "id\\u0000", "", "\\u0169d", "\\ud83d", "i\\n", "\\\"d"}) {
    EXPECT_THAT(Members("{\"" + std::string(other) + "\":1}", {"id"}), ElementsAre("none"))
        << other;
  }
}

TEST(FindMembers, OnlyTheOutermostObjectCounts) {
  EXPECT_THAT(Members(R"({"x":{"id":1},"y":[{"id":2}],"z":"id"})", {"id"}), ElementsAre("none"));
  EXPECT_THAT(Members(R"({"id":{"id":{"id":1}}})", {"id"}), ElementsAre(R"({"id":{"id":1}})"));
}

// Two readers could take two values.
TEST(FindMembers, RefusesASecondMemberThatIsAskedFor) {
  EXPECT_THAT(Members(R"({"id":1,"id":1})", {"id"}), ElementsAre("byte 13"));
  EXPECT_THAT(Members(R"({"id":1,"\u0069d":2})", {"result", "id"}), ElementsAre("byte 18"));
  EXPECT_THAT(Members(R"({"x":1,"x":2,"id":3})", {"id"}), ElementsAre("3"));
  EXPECT_THAT(Members(R"({"id":{"a":1,"a":2}})", {"id"}), ElementsAre(R"({"a":1,"a":2})"));
}

TEST(FindMembers, RefusesWhatIsNoObject) {
  for (const std::string_view text : {"[1]", "1", "null", "\"{}\"", "true"}) {
    EXPECT_THAT(Members(" \n" + std::string(text), {"a"}), ElementsAre("byte 2")) << text;
  }
  EXPECT_THAT(Members("{\"a\":1}x", {"a"}), ElementsAre("byte 7"));
}

TEST(FindElements, GivesEachElementOfTheArray) {
  const std::string_view text = "[ {\"a\":[1]} ,2, \"[,]\",[ ] ]";
  const auto found = FindElements(text, 4);
  ASSERT_TRUE(found.ok());
  std::vector<std::string_view> elements;
  for (const ValueSlice& slice : *found) elements.push_back(slice.Of(text));
  EXPECT_THAT(elements, ElementsAre("{\"a\":[1]}", "2", "\"[,]\"", "[ ]"));
  EXPECT_TRUE(FindElements("[]", 0)->empty());
}

TEST(FindElements, RefusesMoreThanAreAllowedAndWhatIsNoArray) {
  EXPECT_EQ(FindElements("[1,2]", 1).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(FindElements("{\"a\":1}", 1).error().code, ErrorCode::kInvalidJson);
  EXPECT_EQ(FindElements("[1", 1).error().code, ErrorCode::kInvalidJson);
  EXPECT_EQ(FindElements("1", 1).error().code, ErrorCode::kInvalidJson);
}

// What the parser takes, the scanner takes, and finds the same in it.
TEST(Scan, AgreesWithTheParser) {
  RandomDocument random(kRandomSeed);
  for (int i = 0; i < 3'000; ++i) {
    const std::string text = "{\"a\":" + random.Next() + "," + random.Space() + "\"result\"" +
                             random.Space() + ":" + random.Next() + ",\"z\":" + random.Next() + "}";
    const auto document = Parse(text);
    ASSERT_TRUE(document.ok()) << text;
    ASSERT_EQ(SizeOf(text), Lexical(document->root()).size()) << text;
    ASSERT_EQ(Lexical(Parse(CompactText(text))->root()), Lexical(document->root())) << text;
    constexpr std::array<std::string_view, 3> kKeys = {"a", "result", "z"};
    const auto found = FindMembers(text, kKeys);
    ASSERT_TRUE(found.ok()) << text;
    for (std::size_t key = 0; key < kKeys.size(); ++key) {
      const std::string exact = Lexical(*document->root().Find(kKeys[key]));
      ASSERT_EQ(Lexical(Parse((*found)[key]->Of(text))->root()), exact) << text;
      ASSERT_EQ((*found)[key]->compact_bytes, exact.size()) << text;
    }
  }
}

TEST(Scan, RefusesWhatTheParserRefusesButForItsLimits) {
  std::mt19937 random(kRandomSeed);
  constexpr std::string_view kBytes = "{}[]\",:\\ud83e10.-n \n";
  RandomDocument documents(kRandomSeed);
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = documents.Next();
    text[random() % text.size()] = kBytes[random() % kBytes.size()];
    const auto parsed = Parse(text);
    const auto scanned = CompactSize(text);
    if (parsed) {
      ASSERT_TRUE(scanned.ok()) << text;
      continue;
    }
    ++refused;
    const std::string& why = parsed.error().message;
    const bool only_here = why.find("already has a member") != why.npos ||
                           why.find("surrogate") != why.npos ||
                           why.find("a double can hold") != why.npos;
    if (!only_here) {
      ASSERT_FALSE(scanned.ok()) << text;
    }
  }
  EXPECT_GT(refused, 5'000);
}

TEST(Scan, TheMeterCountsWhatTheMemberCounts) {
  const std::array<std::string_view, 1> kResult = {"result"};
  for (const std::string_view text :
       {R"({"result":{"a":"\ud83d","a":"\ud83d\ude00"},"id":1})", R"({"result":["\ude00x"]})",
        R"({"r\u0065sult" : "\ud83d\ud83d" })", R"({"x":"\ud83d","result":1e999})"}) {
    const std::uint64_t exact = (*FindMembers(text, kResult))[0]->compact_bytes;
    for (std::size_t border = 0; border <= text.size(); ++border) {
      ResultMeter meter(exact);
      meter.Feed(text.substr(0, border));
      EXPECT_LE(meter.compact_bytes(), exact);
      meter.Feed(text.substr(border));
      EXPECT_EQ(meter.compact_bytes(), exact) << text << " at " << border;
    }
  }
}

}  // namespace
}  // namespace callgate::json
