// Which fault of declared arguments is reported, and where; verdicts are in tests/vectors.
#include "core/policy/evaluate/schema_check.h"

#include <gtest/gtest.h>

#include "callgate/policy.h"
#include "tests/policy/allocations.h"

namespace callgate {
namespace {

PolicySet Parse(std::string_view text) {
  Result<PolicySet> policy = PolicySet::Parse(text);
  EXPECT_TRUE(policy) << (policy ? "" : policy.error().message + " at " + policy.error().where);
  return std::move(policy).value();
}

struct Reported {
  std::string_view rule;
  std::string_view where;
  bool operator==(const Reported&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Reported& reported) {
  return out << reported.rule << " at " << reported.where;
}

// What a context with one capability on the tool `t` reports.
struct Declared {
  explicit Declared(const std::string& arguments, const std::string& more = "")
      : policy(Parse("{name: c, capabilities: [{tool_pattern: t, arguments: " + arguments + "}]" +
                     more + "}")) {}

  void Reports(std::string_view arguments, const Reported& expected) const {
    const Decision decision = policy.Evaluate("c", "t", arguments);
    ASSERT_FALSE(decision.allowed()) << arguments;
    ASSERT_EQ(decision.details().size(), 1u) << decision.reason();
    EXPECT_EQ((Reported{decision.details()[0].rule, decision.details()[0].where}), expected)
        << arguments;
  }
  void Allows(std::string_view arguments) const {
    EXPECT_TRUE(policy.Evaluate("c", "t", arguments).allowed())
        << policy.Evaluate("c", "t", arguments).reason();
  }

  PolicySet policy;
};

TEST(SchemaCheck, TheEarliestStageIsReportedWhereverItStands) {
  const Declared declared(R"({a: {type: integer}, o: {type: object, properties:
      {p: {path: {allow: [/w]}}, u: {url: {allow: [x.example]}}}}, z: {type: integer}})");
  declared.Allows(R"({"a":1,"o":{"p":"/w","u":"https://x.example"},"z":1})");
  declared.Reports(R"({"a":"","o":{"p":"/etc","u":"ftp://x"},"z":""})", {"kind.path", "/o/p"});
  declared.Reports(R"({"a":"","o":{"p":"/w","u":"ftp://x"},"z":""})", {"kind.url-scheme", "/o/u"});
  declared.Reports(R"({"a":"","o":{"p":"/etc","u":"ftp://x"},"z":null})", {"args.null", "/z"});
  declared.Reports(R"({"a":"","o":{"p":"/w","u":"https://x.example"},"z":""})",
                   {"schema.type", "/a"});
}

TEST(SchemaCheck, WithinAStageTheFirstInTheOrderOfKeysIsReported) {
  const Declared declared(R"({o: {type: object, properties: {x: {type: integer}}},
      p: {type: array, items: {type: string, maxLength: 1}}})");
  declared.Reports(R"({"p":[1,"a"],"o":{"x":"1"}})", {"schema.type", "/o/x"});
  declared.Reports(R"({"p":["a","bc",3],"o":{"x":1}})", {"schema.length", "/p/1"});
  declared.Reports(R"({"o":{"y":1},"p":[null]})", {"args.undeclared", "/o/y"});
  declared.Reports(R"({"o":{},"p":[null]})", {"args.missing", "/o"});
  declared.Reports(R"({"o":{"x":1}})", {"args.missing", ""});
  declared.Reports(R"({"o":{"x":"1"},"q":[]})", {"args.undeclared", "/q"});
}

TEST(SchemaCheck, ContainersAreJudgedBeforeWhatTheyHold) {
  const Declared declared(R"({v: {type: array, minItems: 1, maxItems: 3, uniqueItems: true,
      items: {type: integer}}})");
  declared.Allows(R"({"v":[1,2,3]})");
  declared.Reports(R"({"v":[]})", {"schema.items", "/v"});
  declared.Reports(R"({"v":["","","",""]})", {"schema.items", "/v"});
  declared.Reports(R"({"v":[1,1,""]})", {"schema.unique", "/v"});
  declared.Reports(R"({"v":[1,2,""]})", {"schema.type", "/v/2"});
  declared.Reports(R"({"v":{}})", {"schema.type", "/v"});
  declared.Reports(R"({"v":[1,[1]]})", {"schema.type", "/v/1"});
}

TEST(SchemaCheck, AdditionalMembersNeedANameAndRoom) {
  const Declared declared(R"({o: {type: object, properties: {n: {type: string}},
      additionalProperties: {type: integer}, propertyNames: {type: string, pattern: "[a-z]+"},
      maxProperties: 2}})");
  declared.Allows(R"({"o":{"n":"","a":1}})");
  declared.Reports(R"({"o":{"n":"","A":1}})", {"args.undeclared", "/o/A"});
  declared.Reports(R"({"o":{"n":"","a":""}})", {"schema.type", "/o/a"});
  declared.Reports(R"({"o":{"n":"","a":"","b":1}})", {"schema.additional", "/o"});
  declared.Reports(R"({"o":{"n":"","constructor":1}})", {"args.prototype", "/o/constructor"});
}

TEST(SchemaCheck, OfBranchesTheFurthestIsReportedWhereItFailed) {
  const Declared declared(R"({v: {anyOf: [{path: {allow: [/w]}}, {type: object, properties:
      {a: {type: integer}, u: {url: {allow: [x.example]}}}}, {type: object, properties:
      {u: {url: {allow: [y.example]}}}}]}})");
  declared.Allows(R"({"v":{"u":"https://y.example"}})");
  declared.Reports(R"({"v":{"a":1,"u":"https://z.example"}})", {"kind.url", "/v/u"});
  declared.Reports(R"({"v":{"a":"","u":"https://x.example"}})", {"schema.type", "/v/a"});
  declared.Reports(R"({"v":"/etc"})", {"schema.type", "/v"});
  declared.Reports(R"({"v":null})", {"args.null", "/v"});
}

TEST(SchemaCheck, TwinsAreReportedFirst) {
  const Declared declared(R"({v: {any: true}})");
  declared.Reports(R"({"v":{"a":1,"A":2},"x":1})", {"key.twins", "/v/a"});
}

TEST(SchemaCheck, WhatContinuesACommandNeedsOne) {
  const Declared declared(R"({run: {command: {allow: [{words: [npm, test]}], args: more},
      optional: true}})");
  declared.Allows(R"({"run":"npm","more":["test"]})");
  declared.Reports(R"({"more":["test"]})", {"operand.args", "/more"});
  declared.Reports(R"({"run":"npm test","more":null})", {"args.null", "/more"});
  declared.Reports(R"({"run":"npm","more":["x"]})", {"operand.words", "/run"});
  const Declared nullable(R"({run: {command: {allow: [{words: [npm, test]}], args: more},
      nullable: true}})");
  nullable.Allows(R"({"run":null})");
  nullable.Reports(R"({"run":null,"more":["test"]})", {"operand.args", "/more"});
  const Declared alone(R"({run: {command: {allow: [{words: [npm, test]}]}}},
      other_arguments: {any: true})");
  alone.Reports(R"({"run":"npm","":["test"]})", {"operand.words", "/run"});
}

TEST(SchemaCheck, ATextOfACommandHasALengthAndAPattern) {
  const Declared declared(R"({run: {command: {allow: [{words: [git]}, {words: [npm]}], form: text},
      maxLength: 4, pattern: "[a-z]*"}})");
  declared.Allows(R"({"run":"git"})");
  declared.Reports(R"({"run":" git  "})", {"schema.length", "/run"});
  declared.Reports(R"({"run":"git "})", {"schema.pattern", "/run"});
  declared.Reports(R"({"run":["git"]})", {"operand.form", "/run"});
}

TEST(SchemaCheck, ADenyEntrySaysWhereItFired) {
  const Declared declared(
      R"({p: {type: array, items: {path: {allow: [/], base: /w}}}, v: {any: true, optional: true}})",
      ", deny_list: [{tool_pattern: t, path: /x}, {tool_pattern: t, path: /w/s}]");
  const auto reports = [&](std::string_view arguments, std::string_view rule,
                           std::string_view where, std::string_view entry) {
    const Decision decision = declared.policy.Evaluate("c", "t", arguments);
    EXPECT_EQ(decision.code(), ErrorCode::kToolExplicitlyDenied) << arguments;
    EXPECT_EQ(decision.rule(), rule) << arguments;
    const std::string place = std::string(" at ") + std::string(where) + " in deny entry ";
    EXPECT_NE(decision.reason().find(place + std::string(entry)), std::string::npos)
        << decision.reason();
  };
  declared.Allows(R"({"p":["a"],"v":{"path":"/w/a"}})");
  reports(R"({"p":["a","s/k"]})", "deny.path", "/p/1", "1");
  reports(R"({"p":["/x"]})", "deny.path", "/p/0", "0");
  reports(R"({"p":[],"v":{"q":[1,{"path":"/w/s"}]}})", "deny.path", "/v/q/1/path", "1");
  reports(R"({"p":[],"v":["/w/../s"]})", "deny.malformed", "/v/0", "0");
  declared.Reports(R"({"p":["/w/../s"]})", {"path.dotdot", "/p/0"});
}

TEST(SchemaCheck, AllocatesNothingForOrdinaryCallsThatAreAllowed) {
  const Declared declared(R"({
      paths: {type: array, items: {path: {allow: [/w], except: [/w/s], base: repo}}, maxItems: 4},
      repo: {const: /w}, url: {url: {allow: [x.example]}}, n: {type: number, maximum: 5.5},
      o: {type: object, properties: {a: {anyOf: [{type: integer}, {enum: [x, y]}]}}},
      text: {type: string, pattern: "[a-z ]*", maxLength: 50},
      run: {command: {allow: [{words: [git, log], options: [--oneline, "-n VALUE"],
        operands: {path: {allow: [/w], base: /w}}, maxOperands: 2}], args: more}}})",
                          R"(, deny_list: [{tool_pattern: t, path: /w/x},
      {tool_pattern: t, domain: y.example}, {tool_pattern: t, command: rm}])");
  const Result<json::Document> arguments = json::Parse(
      R"({"paths":["a//./b","/w/c"],"repo":"/w","url":"https://x.example/a","n":5.25,
          "o":{"a":"y"},"text":"hello there","run":"git log --oneline","more":["-n","5","a"]})");
  const std::string_view context = "c";
  const std::string_view tool = "t";
  const long before = test::Allocations();
  const bool allowed = declared.policy.Evaluate(context, tool, arguments->root()).allowed();
  EXPECT_EQ(test::Allocations() - before, 0);
  EXPECT_TRUE(allowed) << declared.policy.Evaluate(context, tool, arguments->root()).reason();
}

// Each is the worst that a megabyte can do; all end at once.
TEST(SchemaCheck, HostileArgumentsCostNoMoreThanTheirSize) {
  const Declared declared(R"({repo: {type: string, optional: true},
      files: {type: array, items: {path: {allow: [/w], base: repo}}},
      v: {any: true, optional: true},
      tree: {type: object, additionalProperties: {any: true}, optional: true,
        propertyNames: {type: string, pattern: "[a-z0-9]*"}, maxProperties: 100000},
      list: {type: array, items: {any: true}, optional: true}})",
                          R"(, deny_list: [{tool_pattern: t, path: /x},
      {tool_pattern: t, domain: y.example}, {tool_pattern: t, command: rm}])");
  std::string files = R"({"repo":")";
  for (int i = 0; i < 100'000; ++i) files += "/w";
  files += R"(","files":[)";
  for (int i = 0; i < 60'000; ++i) files += "\"a\",";
  declared.Reports(files + "\"a\"]}", {"kind.path-base", "/files/0"});
  std::string tree = R"({"files":[],"tree":{)";
  for (int i = 0; i < 20'000; ++i) tree += "\"k" + std::to_string(i) + "\":[\"/a\"],";
  declared.Allows(tree + "\"z\":0}}");
  std::string ports = R"({"files":[],"list":[)";
  for (int i = 0; i < 10'000; ++i) ports += R"({"port":1,"u":"//a"},)";
  EXPECT_FALSE(declared.policy.Evaluate("c", "t", ports + "0]}").allowed());
}

}  // namespace
}  // namespace callgate
