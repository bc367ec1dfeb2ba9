#include <gtest/gtest.h>

#include "callgate/json.h"

namespace callgate::json {
namespace {

TEST(Parse, KeepsNumbersAsWritten) {
  const auto document = Parse(R"( {"b": 1.0, "a": [1e2, -0, 123456789012345678901234567890]} )");
  ASSERT_TRUE(document.ok());
  std::string out;
  WriteLexical(document->root(), KeyOrder::kCodePoint, out);
  EXPECT_EQ(out, R"({"a":[1e2,-0,123456789012345678901234567890],"b":1.0})");
}

TEST(Parse, RefusesDuplicateKeysAfterUnescaping) {
  const auto document = Parse("{\"path\":1,\"p\\u0061th\":2}");
  ASSERT_FALSE(document.ok());
  EXPECT_EQ(document.error().code, ErrorCode::kInvalidJson);
  EXPECT_EQ(document.error().where, "byte 11");
}

}  // namespace
}  // namespace callgate::json
