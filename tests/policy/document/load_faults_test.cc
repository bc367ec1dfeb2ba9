// All faults of a document at once.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "callgate/policy.h"

namespace callgate {
namespace {

std::vector<std::string> Faults(std::string_view text) {
  std::vector<std::string> shown;
  for (const LoadFault& fault : PolicySet::Check(text, "p.yaml")) {
    shown.push_back(std::to_string(fault.line) + ":" + std::to_string(fault.column) + " " +
                    fault.rule + " " + fault.found);
  }
  return shown;
}

using All = std::vector<std::string>;

TEST(LoadFaults, AreAllOfADocumentInItsOrder) {
  EXPECT_EQ(
      Faults(R"(name: Bad
descripton: x
definitions:
  Name: {type: strng}
  ok: {type: integer, minLength: 1}
capabilities:
  - tool_pattern: "fs.*.read"
    path_allowlist: [a, /b/, /c, "~/d"]
    rate_limit: {calls: 0, per_seconds: 1}
  - arguments:
      a: {use: okk}
      b: {type: string, maxLength: -1}
      c: {use: Name}
deny_list: [{tool_pattern: x, path: y, domain: Z}, "a b"]
)"),
      (All{"1:7 doc.name Bad", "2:1 doc.unknown-key descripton", "4:3 schema.definition-name Name",
           "4:16 schema.type strng", "5:23 schema.belongs minLength",
           "7:19 tool.bad-pattern fs.*.read", "8:22 path.entry-normal a",
           "8:25 path.entry-normal /b/", "8:34 path.entry-normal ~/d", "9:25 doc.rate-range 0",
           "10:5 doc.required-tool-pattern ", "11:16 schema.definitions okk",
           "12:36 schema.counts -1", "14:37 path.entry-normal y", "14:40 doc.only-one-kind domain",
           "14:48 domain.entry-bad Z", "14:52 tool.bad-pattern a b"}));
}

TEST(LoadFaults, AMisspeltKeyStandsForTheOneThatWasMeant) {
  const auto faults =
      PolicySet::Check("name: c\ncapabilites:\n  - {tool_patern: '.*'}\n", "p.yaml");
  ASSERT_EQ(faults.size(), 3u);
  EXPECT_EQ(faults[0].message,
            "expected one of the keys name, description, definitions, capabilities, deny_list, "
            "acknowledge; did "
            "you mean capabilities?");
  EXPECT_TRUE(faults[1].message.ends_with("; did you mean tool_pattern?")) << faults[1].message;
  EXPECT_TRUE(faults[2].message.ends_with("; write * for every tool")) << faults[2].message;
}

TEST(LoadFaults, WhatRestsOnAFaultIsNotSaidToBeWrongToo) {
  EXPECT_EQ(
      Faults("{name: c, capabilities: [{tool_pattern: t, arguments: {a: {type: array, items: "
             "{type: strin}, uniqueItems: true, maxItems: 3}, b: {path: {allow: [], base: a}}}}]}"),
      (All{"1:87 schema.type strin"}));
  EXPECT_EQ(Faults("{name: c, definitions: {d: {typ: string}}, capabilities: [{tool_pattern: t, "
                   "arguments: {a: {use: d}}}]}"),
            (All{"1:29 schema.keywords typ"}));
  EXPECT_EQ(Faults("{name: c, capabilities: [{tool_pattern: t, arguments: 7, other_arguments: "
                   "{type: string}}]}"),
            (All{"1:55 doc.wrong-type 7"}));
}

TEST(LoadFaults, AKeyThatIsNoStringDoesNotHideItsNeighbours) {
  EXPECT_EQ(Faults("? [a, b]\n: c\n? {}\n: d\nname: c\ncapabilities: []\nextra: 1\n"),
            (All{"1:3 doc.string-key ", "3:3 doc.string-key ", "7:1 doc.unknown-key extra"}));
  EXPECT_EQ(
      Faults("{name: c, capabilities: [{tool_pattern: t, arguments: {? [a] : {type: strin}, 7: "
             "{type: string}}}]}"),
      (All{"1:58 doc.string-key ", "1:71 schema.type strin", "1:79 doc.string-key 7"}));
}

TEST(LoadFaults, AreAtMostAHundred) {
  std::string text = "name: c\ncapabilities:\n";
  for (int i = 0; i < 200; ++i) text += "  - tool_pattern: \"?\"\n";
  const auto faults = PolicySet::Check(text);
  ASSERT_EQ(faults.size(), 100u);
  EXPECT_EQ(faults.front().where, "policy:3:19");
  EXPECT_EQ(faults.back().where, "policy:102:19");
}

TEST(LoadFaults, WhatIsFoundIsBoundedAndEscaped) {
  const auto faults =
      PolicySet::Check("name: \"" + std::string(500, 'x') + "\"\ncapabilities: [\"\\e[2J\"]\n");
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0].found, std::string(64, 'x') + "…");
  EXPECT_EQ(faults[1].found, "\\u001B[2J");
}

TEST(LoadFaults, ADocumentThatLoadsHasNone) {
  EXPECT_TRUE(PolicySet::Check("name: c\ncapabilities: []\n").empty());
}

TEST(LoadFaults, ContextsOfOneNameAreAFaultOfTheSecond) {
  EXPECT_EQ(Faults("- {name: c, capabilities: []}\n- {name: c, capabilities: []}\n"),
            (All{"2:10 doc.duplicate-name c"}));
}

}  // namespace
}  // namespace callgate
