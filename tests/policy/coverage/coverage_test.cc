#include "core/policy/coverage/coverage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/policy.h"

namespace callgate {
namespace {

constexpr std::string_view kPolicy = R"(name: c
definitions:
  file: {path: {allow: [/w]}}
capabilities:
  - tool_pattern: fs.write
    arguments:
      path: {use: file}
      mode: {anyOf: [{const: a}, {type: string, pattern: "[a-z]"}], optional: true}
      edits:
        type: array
        optional: true
        items: {type: object, properties: {old: {type: string}, new: {type: string, optional: true}}}
  - tool_pattern: [sh.run, sh.exec]
    arguments:
      command: {command: {allow: [{words: [git], then: [log]}, {words: [npm, test]}]}}
    other_arguments: {anyOf: [{type: boolean}, {type: integer}]}
  - tool_pattern: "web.*"
    domain_allowlist: [a.example]
deny_list:
  - {tool_pattern: fs.write, path: /w/b}
  - web.delete
)";

std::string NameOf(const PolicyPart& part) {
  const bool denies = part.kind == PolicyPart::Kind::kDenyEntry;
  return (denies ? "!" : "") + std::to_string(part.position) + part.pointer;
}

std::vector<std::string> Names(const Result<std::vector<PolicyPart>>& parts) {
  std::vector<std::string> names;
  for (const PolicyPart& part : *parts) names.push_back(NameOf(part));
  return names;
}

std::vector<std::string> Exercised(std::string_view tool, std::string_view arguments) {
  return Names(PolicySet::Parse(kPolicy, "p.yaml")->Exercised("c", tool, arguments));
}

using Parts = std::vector<std::string>;

TEST(Coverage, NamesCapabilitiesArgumentsBranchesAndDenyEntries) {
  const auto parts = PolicySet::Parse(kPolicy, "p.yaml")->Parts("c");
  EXPECT_EQ(Names(parts),
            (Parts{"0", "0/arguments/edits", "0/arguments/edits/items/properties/new",
                   "0/arguments/edits/items/properties/old", "0/arguments/mode",
                   "0/arguments/mode/anyOf/0", "0/arguments/mode/anyOf/1", "0/arguments/path", "1",
                   "1/arguments/command", "1/arguments/command/command/allow/0",
                   "1/arguments/command/command/allow/1", "1/other_arguments/anyOf/0",
                   "1/other_arguments/anyOf/1", "2", "!0", "!1"}));
  EXPECT_EQ((*parts)[8].tool_pattern, "sh.exec sh.run");
  EXPECT_EQ((*parts)[0].where, "p.yaml:5:5");
  EXPECT_EQ(parts->back().where, "p.yaml:21:5");
}

TEST(Coverage, AnAllowedCallExercisesTheArgumentsThatItHolds) {
  EXPECT_EQ(Exercised("fs.write", R"({"path":"/w/x"})"), (Parts{"0", "0/arguments/path"}));
  EXPECT_EQ(Exercised("fs.write", R"({"path":"/w/x","edits":[{"old":""},{"old":"","new":""}]})"),
            (Parts{"0", "0/arguments/edits", "0/arguments/edits/items/properties/old",
                   "0/arguments/edits/items/properties/new", "0/arguments/path"}));
  EXPECT_EQ(Exercised("web.get", R"({"url":"https://a.example/"})"), (Parts{"2"}));
}

TEST(Coverage, OfBranchesTheFirstThatAcceptsIsExercised) {
  EXPECT_EQ(Exercised("fs.write", R"({"path":"/w/x","mode":"a"})"),
            (Parts{"0", "0/arguments/mode", "0/arguments/mode/anyOf/0", "0/arguments/path"}));
  EXPECT_EQ(Exercised("fs.write", R"({"path":"/w/x","mode":"b"})"),
            (Parts{"0", "0/arguments/mode", "0/arguments/mode/anyOf/1", "0/arguments/path"}));
  EXPECT_EQ(Exercised("sh.run", R"({"command":"npm test","n":7})"),
            (Parts{"1", "1/arguments/command", "1/arguments/command/command/allow/1",
                   "1/other_arguments/anyOf/1"}));
}

TEST(Coverage, ADeniedCallExercisesTheDenyEntryThatFires) {
  EXPECT_EQ(Exercised("fs.write", R"({"path":"/w/b/x"})"), (Parts{"!0"}));
  EXPECT_EQ(Exercised("web.delete", "{}"), (Parts{"!1"}));
  EXPECT_EQ(Exercised("fs.write", R"({"path":"/etc/passwd"})"), Parts{});
  EXPECT_EQ(Exercised("fs.other", "{}"), Parts{});
}

TEST(Coverage, EveryExercisedPartIsOneOfTheContext) {
  const auto policy = PolicySet::Parse(kPolicy);
  const auto all = Names(policy->Parts("c"));
  for (const std::string_view mode : {"\"a\"", "\"b\""}) {
    const auto parts = policy->Exercised(
        "c", "fs.write",
        R"({"path":"/w/x","edits":[{"old":""}],"mode":)" + std::string(mode) + "}");
    for (const std::string& name : Names(parts)) {
      EXPECT_NE(std::find(all.begin(), all.end(), name), all.end()) << name;
    }
  }
}

TEST(Coverage, WhatCannotBeAskedIsAnError) {
  const auto policy = PolicySet::Parse(kPolicy);
  EXPECT_EQ(policy->Parts("d").error().code, ErrorCode::kScopeNotFound);
  EXPECT_EQ(policy->Exercised("d", "fs.write", "{}").error().code, ErrorCode::kScopeNotFound);
  EXPECT_EQ(policy->Exercised("c", "fs.write", "{").error().code, ErrorCode::kInvalidJson);
  EXPECT_EQ(policy->Exercised("c", "fs.write", "[]").error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace callgate
