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

constexpr std::string_view kExcepting = R"(name: c
definitions:
  file: {path: {allow: [/w], except: ["**/.git", "**/.env*", "**/.git/config"]}}
capabilities:
  - tool_pattern: fs.read
    arguments:
      path: {use: file}
      more: {optional: true, type: array, items: {anyOf: [{const: all}, {use: file}]}}
  - tool_pattern: fs.stat
    arguments: {path: {use: file}}
  - tool_pattern: web.get
    arguments: {url: {url: {allow: ["*"], except: [private, "*.corp"]}}}
  - tool_pattern: sh.run
    arguments:
      command:
        command:
          allow:
            - words: [git, log]
              options: [--graph, --, "--since=VALUE", {"-n VALUE": {type: string, pattern: "[0-9]"}}]
              operands: {path: {allow: [/w], except: ["**/.ssh"], base: /w}}
              maxOperands: 2
)";

std::vector<std::string> Excepting(std::string_view tool, std::string_view arguments) {
  return Names(PolicySet::Parse(kExcepting)->Exercised("c", tool, arguments));
}

TEST(Coverage, NamesOptionsAndExceptEntries) {
  const auto parts = PolicySet::Parse(kExcepting)->Parts("c");
  EXPECT_EQ(Names(parts), (Parts{"0",
                                 "0/arguments/more",
                                 "0/arguments/more/items/anyOf/0",
                                 "0/arguments/more/items/anyOf/1",
                                 "0/arguments/more/items/anyOf/1/path/except/0",
                                 "0/arguments/more/items/anyOf/1/path/except/1",
                                 "0/arguments/more/items/anyOf/1/path/except/2",
                                 "0/arguments/path",
                                 "1",
                                 "1/arguments/path",
                                 "2",
                                 "2/arguments/url",
                                 "2/arguments/url/url/except/0",
                                 "2/arguments/url/url/except/1",
                                 "3",
                                 "3/arguments/command",
                                 "3/arguments/command/command/allow/0/options/0",
                                 "3/arguments/command/command/allow/0/options/1",
                                 "3/arguments/command/command/allow/0/options/2",
                                 "3/arguments/command/command/allow/0/options/3",
                                 "3/arguments/command/command/allow/0/operands/path/except/0"}));
  EXPECT_EQ((*parts)[5].text, "**/.env*");
  EXPECT_EQ((*parts)[19].text, "-n VALUE");
}

TEST(Coverage, AnAllowedCommandExercisesTheOptionsThatItHolds) {
  const std::string at = "3/arguments/command";
  const std::string options = at + "/command/allow/0/options/";
  EXPECT_EQ(Excepting("sh.run", R"({"command":"git log a"})"), (Parts{"3", at}));
  EXPECT_EQ(Excepting("sh.run", R"({"command":"git log --graph -n 5 -- a"})"),
            (Parts{"3", at, options + "0", options + "3", options + "1"}));
  EXPECT_EQ(Excepting("sh.run", R"({"command":["git","log","--since=x"]})"),
            (Parts{"3", at, options + "2"}));
  EXPECT_EQ(Excepting("sh.run", R"({"command":"git log --graph --all"})"), Parts{});
}

constexpr std::string_view kWords = R"(name: c
definitions:
  when: {anyOf: [{const: today}, {type: string, pattern: "[0-9-]+"}]}
capabilities:
  - tool_pattern: sh.run
    arguments:
      command:
        command:
          allow:
            - words: [git]
              then: [log, show]
              options: [{"--since=VALUE": {use: when}}, {"-n VALUE": {type: string, pattern: "[0-9]"}}]
              operands: {anyOf: [{const: HEAD}, {path: {allow: [/w]}}]}
  - tool_pattern: sh.diff
    arguments:
      command:
        command:
          allow: [{words: [diff], operands: [{path: {allow: [/a]}}, {anyOf: [{const: x}, {const: y}]}]}]
)";

TEST(Coverage, NamesBranchesOfWordsAndTheWordsOfThen) {
  const std::string git = "0/arguments/command/command/allow/0/";
  const std::string diff = "1/arguments/command/command/allow/0/";
  const auto parts = PolicySet::Parse(kWords)->Parts("c");
  EXPECT_EQ(
      Names(parts),
      (Parts{"0", "0/arguments/command", git + "then/0", git + "then/1", git + "options/0",
             git + "options/0/--since=VALUE/anyOf/0", git + "options/0/--since=VALUE/anyOf/1",
             git + "options/1", git + "operands/anyOf/0", git + "operands/anyOf/1", "1",
             "1/arguments/command", diff + "operands/1/anyOf/0", diff + "operands/1/anyOf/1"}));
  EXPECT_EQ((*parts)[3].text, "show");
}

TEST(Coverage, AnAllowedCommandExercisesTheBranchesOfItsWords) {
  const auto exercised = [](std::string_view tool, const std::string& command) {
    const std::string arguments = R"({"command":")" + command + R"("})";
    return Names(PolicySet::Parse(kWords)->Exercised("c", tool, arguments));
  };
  const std::string git = "0/arguments/command/command/allow/0/";
  EXPECT_EQ(exercised("sh.run", "git log"), (Parts{"0", "0/arguments/command", git + "then/0"}));
  EXPECT_EQ(exercised("sh.run", "git show --since=2026-01 -n 5 /w/a HEAD"),
            (Parts{"0", "0/arguments/command", git + "then/1", git + "options/0",
                   git + "options/0/--since=VALUE/anyOf/1", git + "options/1",
                   git + "operands/anyOf/1", git + "operands/anyOf/0"}));
  EXPECT_EQ(exercised("sh.diff", "diff /a/1 y"),
            (Parts{"1", "1/arguments/command",
                   "1/arguments/command/command/allow/0/operands/1/anyOf/1"}));
  EXPECT_EQ(exercised("sh.run", "git log --since=tomorrow"), Parts{});
}

TEST(Coverage, ADeniedCallExercisesTheExceptEntryThatDeniesIt) {
  const std::string file = "0/arguments/more/items/anyOf/1/path/except/";
  EXPECT_EQ(Excepting("fs.read", R"({"path":"/w/.env.local"})"), (Parts{file + "1"}));
  EXPECT_EQ(Excepting("fs.stat", R"({"path":"/w/.env"})"), (Parts{file + "1"}));
  EXPECT_EQ(Excepting("fs.read", R"({"path":"/w/a","more":["all","/w/.git"]})"),
            (Parts{file + "0"}));
  EXPECT_EQ(Excepting("web.get", R"({"url":"https://10.0.0.1/"})"),
            (Parts{"2/arguments/url/url/except/0"}));
  EXPECT_EQ(Excepting("web.get", R"({"url":"https://a.corp/"})"),
            (Parts{"2/arguments/url/url/except/1"}));
  EXPECT_EQ(Excepting("sh.run", R"({"command":"git log --graph .ssh/id"})"),
            (Parts{"3/arguments/command/command/allow/0/operands/path/except/0"}));
}

TEST(Coverage, ACallThatIsDeniedForAnotherReasonExercisesNoExceptEntry) {
  EXPECT_EQ(Excepting("fs.read", R"({"path":"/etc/.git"})"), Parts{});
  EXPECT_EQ(Excepting("fs.read", R"({"path":"/w/.git","unknown":1})"), Parts{});
  EXPECT_EQ(Excepting("web.get", R"({"url":"ftp://a.corp/"})"), Parts{});
  EXPECT_EQ(Excepting("sh.run", R"({"command":"git log --all .ssh"})"), Parts{});
}

TEST(Coverage, OfExceptEntriesTheFirstThatMatchesIsExercised) {
  EXPECT_EQ(Excepting("fs.stat", R"({"path":"/w/.git/config"})"),
            (Parts{"0/arguments/more/items/anyOf/1/path/except/0"}));
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
