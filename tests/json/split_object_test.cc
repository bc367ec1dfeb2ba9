#include "callgate/split_object.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callgate::json {
namespace {

using ::testing::ElementsAre;
using ::testing::FieldsAre;
using ::testing::IsEmpty;

TEST(SplitObject, GivesEachMemberCompactWithItsNumbersAsWritten) {
  EXPECT_THAT(
      SplitObject(" {\"result\" : {\"b\": 1.0, \"a\": [1e2, -0]},\r\n \"id\":\t7.00}").value(),
      ElementsAre(FieldsAre("id", "7.00"), FieldsAre("result", R"({"a":[1e2,-0],"b":1.0})")));
  EXPECT_THAT(SplitObject("{}").value(), IsEmpty());
}

TEST(SplitObject, DecodesKeysAndWritesStringsInOneWay) {
  EXPECT_THAT(SplitObject(R"({"r\u0065sult":"\u00e9\/\u000a"})").value(),
              ElementsAre(FieldsAre("result", "\"é/\\n\"")));
}

TEST(SplitObject, NoValueHoldsALineBreak) {
  const auto members = SplitObject("{\n\"a\":\n[\r\n{\"b\":\n\"x\\ny\"}\n]\n}");
  ASSERT_TRUE(members.ok());
  EXPECT_EQ(members->front().value, R"([{"b":"x\ny"}])");
}

TEST(SplitObject, RefusesWhatIsNoObject) {
  for (const std::string_view text : {"[]", "1", "null", "\"{}\"", "true"}) {
    const auto refused = SplitObject(" \n" + std::string(text));
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidJson);
    EXPECT_EQ(refused.error().where, "byte 2");
  }
}

TEST(SplitObject, IsAsStrictAsTheParser) {
  for (const std::string_view text :
       {"", "{", "{\"a\":1}x", "{\"a\":1,\"\\u0061\":2}", "{\"a\":\"\\ud800\"}", "{\"a\":01}",
        "{\"a\":NaN}", "{\"a\":1,}", "\xEF\xBB\xBF{}", "{\"a\":\"\xFF\"}"}) {
    EXPECT_FALSE(SplitObject(text).ok()) << text;
  }
}

TEST(SplitObject, TakesMoreBytesOnlyWhereTheLimitsSaySo) {
  const std::string large = "{\"result\":\"" + std::string(2 << 20, 'x') + "\"}";
  EXPECT_EQ(SplitObject(large).error().code, ErrorCode::kLimitExceeded);
  Limits limits;
  limits.max_json_bytes = large.size();
  EXPECT_EQ(SplitObject(large, limits)->front().value.size(), (2u << 20) + 2);
}

}  // namespace
}  // namespace callgate::json
