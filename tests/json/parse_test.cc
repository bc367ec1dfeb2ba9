#include <gtest/gtest.h>

#include <vector>

#include "callgate/json.h"

namespace callgate::json {
namespace {

std::string Lexical(Value value) {
  std::string out;
  WriteLexical(value, KeyOrder::kCodePoint, out);
  return out;
}

TEST(Parse, KeepsEveryNumberAsWritten) {
  const auto document = Parse(R"( {"b": 1.0, "a": [1e2, -0, 123456789012345678901234567890]} )");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(Lexical(document->root()), R"({"a":[1e2,-0,123456789012345678901234567890],"b":1.0})");
}

TEST(Parse, ValuesStayValidWhenTheDocumentMoves) {
  auto document = Parse(R"({"a":["x"]})");
  ASSERT_TRUE(document.ok());
  const Value list = *document->root().Find("a");
  const Document moved = *std::move(document);
  EXPECT_EQ((*list.elements().begin()).string(), "x");
  EXPECT_EQ(Lexical(moved.root()), R"({"a":["x"]})");
}

TEST(Parse, FindsMembersOfUnsortedObjects) {
  const auto document = Parse(R"({"z":1,"a":2,"m":3})");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->root().Find("a")->integer(), 2);
  EXPECT_EQ(document->root().Find("m")->integer(), 3);
  EXPECT_EQ(document->root().Find("z")->integer(), 1);
  EXPECT_FALSE(document->root().Find("b").has_value());
  EXPECT_FALSE(document->root().Find("").has_value());
}

TEST(Parse, SortsWideObjectsAndFindsTheirDuplicates) {
  std::string text = "{";
  for (int i = 5000; i > 0; --i)
    text += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  const auto document = Parse(text + "\"last\":0}");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->root().size(), 5001u);
  EXPECT_EQ(document->root().Find("k777")->integer(), 777);

  const auto duplicate = Parse(text + "\"k4321\":0}");
  ASSERT_FALSE(duplicate.ok());
  EXPECT_EQ(duplicate.error().where, "byte " + std::to_string(text.size() + 1));
}

TEST(Parse, EachLimitRefusesWhatIsOneOver) {
  Limits limits;
  limits.max_json_bytes = 8;
  limits.max_json_depth = 2;
  limits.max_json_nodes = 4;
  limits.max_number_bytes = 3;
  for (const std::string_view fits : {"[1,2,3]", "[[1]]", "123", R"({"a":1})", "       1"}) {
    EXPECT_TRUE(Parse(fits, limits).ok()) << fits;
  }
  for (const std::string_view over :
       {"[1,2,3,4]", "[1,2,3,]", "[[[1]]]", "1234", "        1", R"([[],[],1])"}) {
    EXPECT_FALSE(Parse(over, limits).ok()) << over;
  }
  EXPECT_EQ(Parse("[[[1]]]", limits).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(Parse("         1", limits).error().code, ErrorCode::kLimitExceeded);
}

TEST(Parse, DepthIsBoundedByTheLimitAndNotByTheStack) {
  Limits limits;
  limits.max_json_depth = 200'000;
  limits.max_json_nodes = 400'000;
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  const auto document = Parse(deep, limits);
  ASSERT_TRUE(document.ok()) << document.error().message;
  EXPECT_EQ(Lexical(document->root()), deep);
  EXPECT_FALSE(KeyOrdersDiffer(document->root()));
  EXPECT_FALSE(Parse('[' + deep + ']', limits).ok());
}

TEST(Parse, RefusesEveryControlCharacterWhereverItStandsInAString) {
  for (int c = 0; c < 0x20; ++c) {
    for (std::size_t before = 0; before < 40; ++before) {
      for (const std::size_t after : {0u, 1u, 15u, 16u, 40u}) {
        const std::string text =
            '"' + std::string(before, 'a') + static_cast<char>(c) + std::string(after, 'b') + '"';
        const auto document = Parse(text);
        ASSERT_FALSE(document.ok()) << c << " after " << before;
        EXPECT_EQ(document.error().where, "byte " + std::to_string(before + 1));
      }
    }
  }
}

TEST(Parse, DecodesEscapesWhereverTheyStandInAString) {
  for (std::size_t before = 0; before < 40; ++before) {
    for (const std::size_t after : {0u, 1u, 15u, 16u, 40u}) {
      const std::string left(before, 'a');
      const std::string right(after, 'b');
      const auto document =
          Parse("[\"" + left + R"(\n\u00e9\/\ud83d\ude00)" + right + "\",\"next\",-1.5]");
      ASSERT_TRUE(document.ok());
      EXPECT_EQ(Lexical(document->root()), "[\"" + left + "\\né/😀" + right + "\",\"next\",-1.5]");
    }
  }
}

TEST(Parse, ReadsNothingPastTheEndOfTheText) {
  const std::string whole = R"({"key":["text \u00e9 \n",-12.5e+3,true,null]})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // In a block of its own, so that AddressSanitizer sees the end.
    const std::vector<char> text(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(Parse({text.data(), size}).ok()) << size;
  }
}

TEST(Parse, RefusesNumbersThatSomeReadersCannotHoldOnTheirWayToADouble) {
  EXPECT_TRUE(Parse("0e308").ok());
  EXPECT_FALSE(Parse("0e309").ok());
  EXPECT_TRUE(Parse("0.00e+310").ok());
  EXPECT_FALSE(Parse("-0.00E311").ok());
  EXPECT_TRUE(Parse("0e-99999999999999999999").ok());
  EXPECT_FALSE(Parse("0e99999999999999999999").ok());
  EXPECT_FALSE(Parse(std::string(400, '1') + "e-330").ok());
  EXPECT_TRUE(Parse("0." + std::string(400, '1')).ok());
}

TEST(Value, IntegersAreOnlyWhatIsWrittenAsOne) {
  const auto integer = [](std::string_view text) { return Parse(text)->root().integer(); };
  EXPECT_EQ(integer("42"), 42);
  EXPECT_EQ(integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(integer("9223372036854775808"), std::nullopt);
  EXPECT_EQ(integer("1.0"), std::nullopt);
  EXPECT_EQ(integer("1e2"), std::nullopt);
  EXPECT_EQ(integer("\"1\""), std::nullopt);
}

TEST(AppendString, EscapesOnlyWhatMustBe) {
  std::string out;
  AppendString(std::string_view("\"\\\b\t\n\f\r\0\x1f/\x7fé", 13), out);
  EXPECT_EQ(out, "\"\\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001f/\x7fé\"");
  for (int position = 0; position < 20; ++position) {  // on both sides of every eight-byte word
    std::string text(20, 'a');
    text[static_cast<std::size_t>(position)] = '"';
    out.clear();
    AppendString(text, out);
    EXPECT_EQ(out.size(), 23u);
  }
}

}  // namespace
}  // namespace callgate::json
