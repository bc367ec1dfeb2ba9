#include "core/policy/explain/offence.h"

#include <gtest/gtest.h>

#include <string>

#include "callgate/policy.h"

namespace callgate::policy {
namespace {

struct Refused {
  std::string_view rule;
  std::string_view text;
  std::size_t offset;
};

TEST(Offence, IsWhereTheRuleRefuses) {
  for (const auto& [rule, text, offset] : {
           Refused{"path.dotdot", "/a/../b", 3},
           Refused{"path.dotdot", "..", 0},
           Refused{"path.dots", "/a/.. ./b", 3},
           Refused{"path.control", "/a\x01", 2},
           Refused{"path.control", "/a\u0085", 2},
           Refused{"path.special", "/a\\b", 2},
           Refused{"path.percent", "/%a/%2e", 4},
           Refused{"path.leading", "~/a", 0},
           Refused{"path.lookalike", "/a\uFF0F", 2},
           Refused{"path.braces", "/{a,b}", 1},
           Refused{"path.glob", "/a/[.]x", 3},
           Refused{"command.metacharacter", "echo ';' | sh", 9},
           Refused{"command.tilde", "ls ~x", 3},
           Refused{"domain.anywhere", "https://a.example/ b", 18},
           Refused{"domain.anywhere", "https:\\a", 6},
           Refused{"domain.userinfo", "https://u@a.example/@", 9},
           Refused{"domain.authority", "https://%61.example/%", 8},
       }) {
    ASSERT_TRUE(OffenceIn(rule, text)) << rule << " " << text;
    EXPECT_EQ(*OffenceIn(rule, text), offset) << rule << " " << text;
  }
}

TEST(Offence, ATextThatIsRefusedAsAWholeHasNone) {
  EXPECT_FALSE(OffenceIn("path.every", "/etc/passwd"));
  EXPECT_EQ(PlaceOfOffence("path.every", "/etc/passwd"), "");
  EXPECT_FALSE(OffenceIn("path.dotdot", "/a/..b"));
}

TEST(Offence, CharactersAreCountedAndEscaped) {
  EXPECT_EQ(PlaceOfOffence("path.control", "/ä\n"), " at character 3 (\\u000A)");
  EXPECT_EQ(PlaceOfOffence("path.lookalike", "/\u2024/"), " at character 2 (\u2024)");
}

}  // namespace
}  // namespace callgate::policy
