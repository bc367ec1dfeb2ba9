#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "callgate/audit.h"
#include "tests/support/vectors.h"

namespace callgate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Payload(std::string_view arguments) {
  return R"({"id":1,"jsonrpc":"2.0","method":"tools/call","params":{"arguments":)" +
         std::string(arguments) + R"(,"name":"t"}})";
}

std::string Payload(json::Value arguments) {
  std::string text;
  json::WriteLexical(arguments, json::KeyOrder::kCodePoint, text);
  return Payload(text);
}

Redaction::Shown Show(std::string_view arguments) {
  return Redaction().Show("t", Payload(arguments));
}

TEST(Redaction, LeavesOutEverySecretOfTheVectors) {
  const test::Vectors vectors("redaction.json");
  for (const json::Value vector : vectors.Cases("secrets")) {
    const std::string payload = Payload(*vector.Find("arguments"));
    const Redaction::Shown shown = Redaction().Show("t", payload);
    EXPECT_FALSE(shown.is_whole) << payload;
    std::vector<std::string> expected;
    for (const json::Value place : vector.Find("redacted")->elements()) {
      expected.emplace_back(place.string());
    }
    EXPECT_EQ(shown.redacted, expected) << payload;
  }
}

TEST(Redaction, ShowsWhatOnlyLooksLikeOne) {
  const test::Vectors vectors("redaction.json");
  for (const json::Value vector : vectors.Cases("harmless")) {
    const std::string payload = Payload(*vector.Find("arguments"));
    EXPECT_TRUE(Redaction().Show("t", payload).is_whole) << payload;
  }
}

TEST(Redaction, ReplacesTheValueAndKeepsTheRest) {
  const auto shown = Show(R"({"b":[1.50,{"Api-Key":7}],"a":"x"})");
  EXPECT_EQ(shown.arguments, R"({"a":"x","b":[1.5,{"Api-Key":"[redacted]"}]})");
  EXPECT_THAT(shown.redacted, ElementsAre("/b/1/Api-Key"));
}

TEST(Redaction, TakesNamesAsWholeAndPatternsAsPatterns) {
  const Redaction redaction({{"pin", "*hash", "[ab]-key"}, {}, true});
  const auto shown =
      redaction.Show("t", Payload(R"({"P.I.N":1,"pinned":2,"pass_hash":3,"a-key":4,"c-key":5})"));
  EXPECT_THAT(shown.redacted, ElementsAre("/P.I.N", "/pass_hash"));
}

TEST(Redaction, ExceptsKeysFromPatternsButNotFromNames) {
  const Redaction redaction({{"*token", "id_token", "!page*", "!*id_token"}, {}, true});
  const auto shown =
      redaction.Show("t", Payload(R"({"a_token":1,"pageToken":2,"id_token":3,"new_id_token":4})"));
  EXPECT_THAT(shown.redacted, ElementsAre("/a_token", "/id_token"));
}

TEST(Redaction, ShowsNoFirstPartOfATokenThatTheEndCuts) {
  const std::string before(2000, ' ');
  const std::string behind(70'000, ' ');
  const std::string token = "eyJ" + std::string(300, 'a') + "." + std::string(300, 'b') + ".c";
  EXPECT_EQ(Show(R"({"a":")" + before + token + behind + R"("})").arguments,
            R"({"a":")" + before + R"x(… (70606 more)"})x");
  // The claims of one tell what it is.
  const std::string claims = std::string(1700, ' ') + "eyJhbGciOiJI.eyJ" + std::string(3000, 'b');
  EXPECT_THAT(Show(R"({"a":")" + claims + behind + R"("})").redacted, ElementsAre("/a"));
}

TEST(Redaction, HidesWholeToolsAndAllArguments) {
  const std::string payload = Payload(R"({"a":1})");
  const Redaction tools({{}, {"vault.*"}, true});
  EXPECT_THAT(tools.Show("vault.read", payload).redacted, ElementsAre(""));
  EXPECT_TRUE(tools.Show("fs.read", payload).is_whole);
  const auto none = Redaction({{}, {}, false}).Show("fs.read", payload);
  EXPECT_FALSE(none.is_whole);
  EXPECT_EQ(none.arguments, "");
}

TEST(Redaction, FindsSecretsBesideTheArguments) {
  const auto shown = Redaction().Show(
      "t", R"({"params":{"_meta":{"authorization":"hush"},"arguments":{"a":1},"name":"t"}})");
  EXPECT_EQ(shown.arguments, R"({"a":1})");
  EXPECT_THAT(shown.redacted, ElementsAre("/_meta/authorization"));
}

TEST(Redaction, ReadsEscapesAsWhatTheyStandFor) {
  EXPECT_THAT(Show(R"({"p\u0061ssword":1})").redacted, ElementsAre("/password"));
  EXPECT_THAT(Show(R"({"a":"-----BEGIN\u0020PRIVATE KEY"})").redacted, ElementsAre("/a"));
  EXPECT_TRUE(Show(R"({"a":"\u0062earer\n"})").is_whole);
}

TEST(Redaction, ShowsNothingOfWhatIsNoRequest) {
  for (const char* text : {"", "x", "[]", "7", "\xff", R"({"password":)"}) {
    EXPECT_THAT(Redaction().Show("t", text).redacted, ElementsAre("")) << text;
  }
}

TEST(Redaction, ShowsLongPayloadsAsBoundedArguments) {
  const std::string long_text(100'000, 'x');
  const auto shown = Show(R"({"a":")" + long_text + R"("})");
  EXPECT_FALSE(shown.is_whole);
  EXPECT_THAT(shown.redacted, IsEmpty());
  EXPECT_EQ(shown.arguments, R"({"a":")" + long_text.substr(0, 2048) + R"x(… (97952 more)"})x");
}

TEST(Redaction, OfMoreValuesThanAnyToolTakesShowsNothing) {
  std::string many = "[0";
  for (int i = 0; i < 5000; ++i) many += ",0";
  EXPECT_THAT(Show(R"({"a":)" + many + "]}").redacted, ElementsAre(""));
}

TEST(Redaction, LooksForSecretsOnlyInWhatItShows) {
  const std::string filler(70'000, 'x');
  const std::string secret = " Bearer abcdefghijkl";
  EXPECT_THAT(Show(R"({"a":")" + secret + filler + R"("})").redacted, ElementsAre("/a"));
  const auto behind = Show(R"({"a":")" + filler + secret + R"("})");
  EXPECT_THAT(behind.redacted, IsEmpty());
  EXPECT_EQ(behind.arguments.find("Bearer"), std::string::npos);
  // One that the end of what is shown cuts in two.
  const std::string cut = std::string(2040, 'x') + secret + filler;
  EXPECT_THAT(Show(R"({"a":")" + cut + R"("})").redacted, ElementsAre("/a"));
}

TEST(Redaction, LooksThroughAtMost128KiBInAll) {
  std::string texts;
  for (int i = 0; i < 100; ++i) texts += '"' + std::string(2000, 'x') + R"(",)";
  const auto shown = Show(R"({"a":[)" + texts + R"("Bearer abcdefghijkl"]})");
  EXPECT_THAT(shown.redacted, IsEmpty());
  EXPECT_EQ(shown.arguments.find("Bearer"), std::string::npos);
  EXPECT_NE(shown.arguments.find("… (not shown)"), std::string::npos);
}

TEST(Redaction, LeavesOutUnreadWhatALongKeyNames) {
  const std::string longest(2048, 'k');
  EXPECT_THAT(Show(R"({")" + longest + R"(":1})").redacted, IsEmpty());
  const auto shown = Show(R"({")" + longest + R"(k":1,"a":2})");
  EXPECT_FALSE(shown.is_whole);
  EXPECT_EQ(shown.arguments, R"({"a":2,")" + longest + R"x(… (1 more)":"[redacted]"})x");
  // Also beside the arguments.
  EXPECT_THAT(Redaction().Show("t", R"({"params":{")" + longest + R"(k":1}})").redacted,
              ElementsAre(testing::EndsWith("… (1 more)")));
}

TEST(Redaction, ShowsNoMemberWhoseKeyWasNotLookedAt) {
  std::string members;
  for (int i = 100; i < 200; ++i)
    members += R"(")" + std::to_string(i) + std::string(2000, 'k') + R"(":1,)";
  const auto shown = Show("{" + members + R"("Bearer abcdefghijkl":1})");
  EXPECT_THAT(shown.redacted, IsEmpty());
  EXPECT_EQ(shown.arguments.find("Bearer"), std::string::npos);
  EXPECT_NE(shown.arguments.find(R"("…":"35 more")"), std::string::npos);
}

TEST(Redaction, EndsALongPlaceEarly) {
  std::string deep = R"({"token":1})";
  for (int i = 0; i < 10; ++i) deep = R"({")" + std::string(2000, 'k') + R"(":)" + deep + '}';
  EXPECT_THAT(Show(deep).redacted, ElementsAre(testing::AllOf(testing::SizeIs(testing::Lt(4200U)),
                                                              testing::EndsWith("/…"))));
}

TEST(Redaction, BoundsDepthAndItems) {
  const std::string filler = R"("z":")" + std::string(70'000, 'x') + '"';
  std::string deep = "1";
  for (int i = 0; i < 40; ++i) deep = R"({"a":)" + deep + '}';
  EXPECT_NE(Show(R"({"d":)" + deep + ',' + filler + '}').arguments.find("… (too deep)"),
            std::string::npos);
  std::string items = "[0";
  for (int i = 0; i < 299; ++i) items += ",0";
  EXPECT_NE(Show(R"({"d":)" + items + "]," + filler + '}').arguments.find("… (44 more)"),
            std::string::npos);
}

}  // namespace
}  // namespace callgate
