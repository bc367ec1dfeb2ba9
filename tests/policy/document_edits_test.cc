// What two capabilities say differently.
#include "core/policy/document_edits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "keyword argument before>after", `-` for what is not said.
std::vector<std::string> Edits(const std::string& before, const std::string& after) {
  const auto old_one = json::Parse(before);
  const auto new_one = json::Parse(after);
  std::vector<std::string> edits;
  for (const Edit& edit : CompareCapabilities(old_one->root(), new_one->root())) {
    edits.push_back(edit.keyword + " " + edit.argument + " " + edit.before.value_or("-") + ">" +
                    edit.after.value_or("-"));
  }
  return edits;
}

TEST(Edits, AreEntriesWithoutTheirOrder) {
  EXPECT_THAT(Edits(R"({"path_allowlist":["/a","/b"]})", R"({"path_allowlist":["/b","/a"]})"),
              IsEmpty());
  EXPECT_THAT(Edits(R"({"path_allowlist":["/a","/b"]})", R"({"path_allowlist":["/c","/a"]})"),
              ElementsAre("path_allowlist  /b>-", "path_allowlist  ->/c"));
  EXPECT_THAT(Edits(R"({"tool_pattern":"a"})", R"({"tool_pattern":["a","b"]})"),
              ElementsAre("tool_pattern  ->b"));
}

TEST(Edits, AreWholeWhereAbsenceIsNotAnEmptyList) {
  EXPECT_THAT(Edits("{}", R"({"path_allowlist":["/a"]})"),
              ElementsAre(R"(path_allowlist  ->["/a"])"));
  EXPECT_THAT(Edits("{}", R"({"free_arguments":["a","b"]})"),
              ElementsAre("free_arguments  ->a", "free_arguments  ->b"));
}

TEST(Edits, NameTheKeyOfAMap) {
  EXPECT_THAT(Edits(R"({"argument_patterns":{"a":"x"}})", R"({"argument_patterns":{"a":"y"}})"),
              ElementsAre("argument_patterns a x>y"));
  EXPECT_THAT(Edits(R"({"subcommand_allowlist":{"git":["log"]}})",
                    R"({"subcommand_allowlist":{"git":["log","push"]}})"),
              ElementsAre("subcommand_allowlist git ->push"));
}

TEST(Edits, GoDownToTheKeywordOfAnArgument) {
  EXPECT_THAT(Edits(R"({"arguments":{"path":{"path":{"allow":["/a"]}}}})",
                    R"({"arguments":{"path":{"path":{"allow":["/a"],"except":["/a/b"]}}}})"),
              ElementsAre("except path ->/a/b"));
  EXPECT_THAT(Edits(R"({"arguments":{"items":{"items":{"type":"string"},"type":"array"}}})",
                    R"({"arguments":{"items":{"items":{"type":"number"},"type":"array"}}})"),
              ElementsAre("type items.items string>-", "type items.items ->number"));
}

TEST(Edits, ReadAConstAsAnEnumOfOne) {
  EXPECT_THAT(
      Edits(R"({"arguments":{"a":{"const":"x"}}})", R"({"arguments":{"a":{"enum":["x","y"]}}})"),
      ElementsAre("enum a ->y"));
  EXPECT_THAT(Edits(R"({"arguments":{"a":{"const":"x"}}})", R"({"arguments":{"a":{"const":"y"}}})"),
              ElementsAre("const a x>y"));
}

TEST(Edits, MatchEntriesOfCommandsByTheirWords) {
  EXPECT_THAT(
      Edits(R"({"arguments":{"c":{"command":{"allow":[{"words":["a"]},{"words":["b"]}]}}}})",
            R"({"arguments":{"c":{"command":{"allow":[{"maxOperands":2,"words":["b"]}]}}}})"),
      ElementsAre("maxOperands c ->2", R"(allow c {"words":["a"]}>-)"));
}

TEST(JsonEdit, ReplacesOnePlace) {
  const auto parsed = json::Parse(R"({"a":{"b":[1,2]},"c":3})");
  const auto replaced = [&](JsonPath path, std::optional<std::string> value) {
    return WithReplaced(parsed->root(), path, value);
  };
  EXPECT_EQ(replaced({"a", "b", std::size_t{1}}, "9"), R"({"a":{"b":[1,9]},"c":3})");
  EXPECT_EQ(replaced({"a", "b", std::size_t{0}}, std::nullopt), R"({"a":{"b":[2]},"c":3})");
  EXPECT_EQ(replaced({"c"}, std::nullopt), R"({"a":{"b":[1,2]}})");
  EXPECT_EQ(replaced({"a", "d"}, "4"), R"({"a":{"b":[1,2],"d":4},"c":3})");
}

TEST(JsonEdit, WritesDefinitionsInTheirPlaces) {
  const auto definitions = json::Parse(R"({"n":{"maximum":5,"type":"integer"}})");
  const auto capability = json::Parse(
      R"({"argument_patterns":{"use":"n"},"arguments":{"a":{"optional":true,"use":"n"},)"
      R"("use":{"items":{"use":"n"},"type":"array"}}})");
  EXPECT_EQ(WithDefinitions(capability->root(), definitions->root()),
            R"({"argument_patterns":{"use":"n"},"arguments":{)"
            R"("a":{"maximum":5,"optional":true,"type":"integer"},)"
            R"("use":{"items":{"maximum":5,"type":"integer"},"type":"array"}}})");
}

}  // namespace
}  // namespace callgate::policy
