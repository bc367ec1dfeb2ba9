#include "callgate/error.h"

#include <gtest/gtest.h>

#include <set>

namespace callgate {
namespace {

TEST(ErrorCodes, NumbersFollowTheGenerationOfThePath) {
  EXPECT_EQ(CodeNumber(ErrorCode::kDomainNotAllowed), 2003);
  EXPECT_EQ(SealCodeNumber(ErrorCode::kDomainNotAllowed), 2004);
  EXPECT_EQ(CodeNumber(ErrorCode::kCommandNotAllowed), 2004);
  EXPECT_EQ(SealCodeNumber(ErrorCode::kCommandNotAllowed), 2003);
  EXPECT_EQ(CodeNumber(ErrorCode::kInvalidArgument), 9011);
}

TEST(ErrorCodes, NamesAreUniqueAndRoundTrip) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInvalidArgument); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    EXPECT_TRUE(names.insert(CodeName(code)).second) << CodeName(code);
    EXPECT_EQ(CodeFromName(CodeName(code)), code);
  }
  EXPECT_EQ(CodeFromName("ALLOWED"), std::nullopt);
}

}  // namespace
}  // namespace callgate
