#include "callgate/result_meter.h"

#include <gtest/gtest.h>

#include <random>

#include "callgate/json.h"
#include "tests/json/random_document.h"

namespace callgate::json {
namespace {

// What the parser and the writer make of the member `result`.
std::uint64_t Exact(std::string_view message) {
  const auto document = Parse(message);
  EXPECT_TRUE(document.ok()) << message;
  const auto result = document->root().Find("result");
  std::string compact;
  if (result) WriteLexical(*result, KeyOrder::kCodePoint, compact);
  return compact.size();
}

std::uint64_t Metered(std::string_view message, std::size_t chunk = std::string_view::npos) {
  ResultMeter meter(0);
  for (std::size_t at = 0; at < message.size(); at += std::min(chunk, message.size())) {
    meter.Feed(message.substr(at, chunk));
  }
  return meter.compact_bytes();
}

TEST(ResultMeter, CountsTheCompactFormOfTheResult) {
  EXPECT_EQ(Metered(R"({"jsonrpc":"2.0","id":1,"result":{"a":[1,2],"b":"x"}})"), 19u);
  EXPECT_EQ(Metered("{ \"result\" :\t{ \"a\" : [ 1 ,\r\n2 ] } , \"id\" : 1 }"), 11u);
  EXPECT_EQ(Metered(R"({"result":null})"), 4u);
  EXPECT_EQ(Metered(R"({"result":-1.50e+07})"), 9u);
  EXPECT_EQ(Metered(R"({"result":"a b"})"), 5u);
  EXPECT_EQ(Metered("{}"), 0u);
}

TEST(ResultMeter, CountsEscapesAsTheCompactFormWritesThem) {
  EXPECT_EQ(Metered(R"({"result":"\/"})"), 2 + 1u);
  EXPECT_EQ(Metered(R"({"result":"\u0041"})"), 2 + 1u);
  EXPECT_EQ(Metered(R"({"result":"\u00e9\u20AC"})"), 2 + 2 + 3u);
  EXPECT_EQ(Metered(R"({"result":"\ud83d\uDE00"})"), 2 + 4u);
  EXPECT_EQ(Metered(R"({"result":"\n\u000a\u0008\u0001\u007f"})"), 2 + 2 + 2 + 2 + 6 + 1u);
  EXPECT_EQ(Metered(R"({"result":"\"\\\u0022\u005c"})"), 2 + 8u);
}

TEST(ResultMeter, KnowsTheKeyHoweverItIsWritten) {
  EXPECT_EQ(Metered(R"({"r\u0065sult":12345})"), 5u);
  EXPECT_EQ(Metered(R"({"\u0072\u0065\u0073\u0075\u006c\u0074":12345})"), 5u);
  for (const std::string_view other :
       {"resul", "results", "Result", "result\\u0000", "", "r\\u0165sult", "resultresult"}) {
    EXPECT_EQ(Metered("{\"" + std::string(other) + "\":12345}"), 0u) << other;
  }
}

TEST(ResultMeter, TakesOnlyTheTopLevelMember) {
  EXPECT_EQ(Metered(R"({"error":{"result":12345},"x":[{"result":1}],"y":"result"})"), 0u);
  EXPECT_EQ(Metered(R"({"x":"result","result":{"result":{"result":1}},"y":{"result":22}})"), 23u);
  EXPECT_EQ(Metered(R"([{"result":1}])"), 0u);
  EXPECT_EQ(Metered(R"("result")"), 0u);
}

TEST(ResultMeter, ExceedsOnlyAboveTheLimit) {
  ResultMeter meter(3);
  meter.Feed(R"({"result":123)");
  EXPECT_FALSE(meter.exceeded());
  meter.Feed(" \n\t ");
  EXPECT_FALSE(meter.exceeded());
  meter.Feed("4");
  EXPECT_TRUE(meter.exceeded());
  meter.Feed(R"(,"id":1})");
  EXPECT_TRUE(meter.exceeded());
}

TEST(ResultMeter, CountsNothingAfterTheMessage) {
  EXPECT_EQ(Metered(R"({"result":1}{"result":12345})"), 1u);
  EXPECT_EQ(Metered(R"({"result":1}]]]"result":12345)"), 1u);
}

TEST(ResultMeter, AgreesWithTheParserForEveryMessageInAllChunks) {
  RandomDocument random(kRandomSeed);
  std::mt19937 choose(kRandomSeed);
  constexpr std::string_view kKeys[] = {"\"result\"", "\"res\\u0075lt\"", "\"\\u0072esul\\u0074\""};
  std::uint64_t counted = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string message = "{\"a\":" + random.Next() + "," + std::string(kKeys[choose() % 3]) +
                          random.Space() + ":" + random.Next() + ",\"z\":" + random.Next() + "}";
    if (i % 10 == 0) message = "{\"other\":" + message + "}";
    const std::uint64_t exact = Exact(message);
    counted += exact;
    ASSERT_EQ(Metered(message), exact) << message;
    for (const std::size_t chunk : {1, 2, 3, 7}) {
      ASSERT_EQ(Metered(message, chunk), exact) << message;
    }
    if (i % 20 != 0) continue;
    for (std::size_t border = 0; border <= message.size(); ++border) {
      ResultMeter meter(exact);
      meter.Feed(std::string_view(message).substr(0, border));
      EXPECT_LE(meter.compact_bytes(), exact);
      meter.Feed(std::string_view(message).substr(border));
      ASSERT_EQ(meter.compact_bytes(), exact) << message << " at " << border;
      ASSERT_FALSE(meter.exceeded());
    }
  }
  EXPECT_GT(counted, 50'000u);
}

TEST(ResultMeter, TakesAnyBytes) {
  std::mt19937 random(kRandomSeed);
  constexpr std::string_view kBytes = "{}[]\",:\\u0rdesult \xFF\n";
  for (int i = 0; i < 2000; ++i) {
    std::string garbage = i % 2 == 0 ? "{\"result\":" : "";
    for (int n = 0; n < 100; ++n) garbage += kBytes[random() % kBytes.size()];
    EXPECT_EQ(Metered(garbage), Metered(garbage, 1)) << garbage;
  }
}

TEST(ResultMeter, DepthCostsNothing) {
  const std::string deep(1'000'000, '[');
  EXPECT_EQ(Metered("{\"result\":" + deep), deep.size());
}

}  // namespace
}  // namespace callgate::json
