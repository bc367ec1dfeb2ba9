// Properties of the decision as a whole; single rules are in tests/vectors/policy.json.
#include "core/policy/evaluate/evaluate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "callgate/policy.h"
#include "tests/policy/allocations.h"
#include "tests/support/vectors.h"

namespace callgate {
namespace {

PolicySet Parse(std::string_view text) {
  Result<PolicySet> policy = PolicySet::Parse(text);
  EXPECT_TRUE(policy) << (policy ? "" : policy.error().message + " at " + policy.error().where);
  return std::move(policy).value();
}

std::string ArgumentsOf(json::Value vector) {
  if (auto text = test::MaybeText(vector, "arguments_json")) return *text;
  std::string text;
  json::WriteLexical(*vector.Find("arguments"), json::KeyOrder::kCodePoint, text);
  return text;
}

// The context with its capabilities in reverse.
std::string Reversed(const std::string& context_json) {
  const Result<json::Document> document = json::Parse(context_json);
  std::vector<std::string> capabilities;
  std::string out = "{";
  for (const json::Member member : document->root().members()) {
    if (out.size() > 1) out += ',';
    json::AppendString(member.key, out);
    out += ':';
    if (member.key != "capabilities") {
      json::WriteLexical(member.value, json::KeyOrder::kCodePoint, out);
      continue;
    }
    for (const json::Value capability : member.value.elements()) {
      json::WriteLexical(capability, json::KeyOrder::kCodePoint, capabilities.emplace_back());
    }
    std::reverse(capabilities.begin(), capabilities.end());
    out += '[';
    for (std::size_t i = 0; i < capabilities.size(); ++i) out += (i ? "," : "") + capabilities[i];
    out += ']';
  }
  return out + "}";
}

TEST(Evaluate, NeitherTheOrderOfCapabilitiesNorTheFormatChangesAVerdict) {
  const test::Vectors vectors("policy.json");
  struct Three {
    PolicySet written, canonical, reversed;
  };
  std::map<std::pair<std::string, std::string>, Three> policies;
  int allowed = 0;
  for (const json::Value vector : vectors.Cases("vectors")) {
    const std::string name = test::Text(vector, "policy");
    const std::string context = test::Text(vector, "context");
    const std::string_view text = vectors.root().Find("policies")->Find(name)->string();
    auto found = policies.find({name, context});
    if (found == policies.end()) {
      const PolicySet written = Parse(text);
      const auto original = written.Find(context);
      if (original == nullptr) continue;
      const PolicySet canonical = Parse(original->json);
      EXPECT_EQ(canonical.Find(context)->json, original->json);
      found = policies
                  .emplace(std::pair(name, context),
                           Three{written, canonical, Parse(Reversed(original->json))})
                  .first;
    }
    SCOPED_TRACE(test::Text(vector, "id"));
    const std::string tool = test::Text(vector, "tool");
    const std::string arguments = ArgumentsOf(vector);
    const Decision written = found->second.written.Evaluate(context, tool, arguments);
    const Decision canonical = found->second.canonical.Evaluate(context, tool, arguments);
    EXPECT_EQ(canonical.allowed(), written.allowed());
    EXPECT_EQ(canonical.code(), written.code());
    EXPECT_EQ(canonical.rule(), written.rule());
    const Decision reversed = found->second.reversed.Evaluate(context, tool, arguments);
    EXPECT_EQ(reversed.allowed(), written.allowed());
    allowed += written.allowed();
  }
  EXPECT_GT(allowed, 100);
}

TEST(Evaluate, AllocatesNothingForOrdinaryCallsThatAreAllowed) {
  const PolicySet policy = Parse(R"(
name: c
capabilities:
  - tool_pattern: "fs.*"
    path_allowlist: [/workspace]
    base_directory: /workspace
    max_response_size: 100
  - tool_pattern: web.fetch
    domain_allowlist: ["*.example.com"]
    rate_limit: {calls: 1, per_seconds: 1}
  - tool_pattern: cmd.run
    path_allowlist: [/workspace]
    command_allowlist: [npm test]
    when_absent: allow
deny_list: [fs.delete, {tool_pattern: "fs.*", path: /workspace/secret}]
)");
  const std::pair<std::string_view, std::string_view> calls[] = {
      {"fs.read", R"({"path":"/workspace/a/b","encoding":"utf-8"})"},
      {"fs.read", R"({"filePath":"src//./main.cc","options":{"depth":3,"paths":["a","b"]}})"},
      {"web.fetch", R"({"url":"https://api.example.com/x?q=1","headers":{"Accept":"a"}})"},
      {"cmd.run", R"({"command":"npm  test -- --m='a b' --o=/workspace/x","cwd":"/workspace"})"},
      {"cmd.run", R"({"command":"npm","args":["test","x"]})"},
  };
  for (const auto& [tool, text] : calls) {
    const Result<json::Document> arguments = json::Parse(text);
    ASSERT_TRUE(arguments);
    const std::string_view context = "c";
    const long before = test::Allocations();
    const bool allowed = policy.Evaluate(context, tool, arguments->root()).allowed();
    const long after = test::Allocations();
    EXPECT_TRUE(allowed) << text << policy.Evaluate(context, tool, text).reason();
    EXPECT_EQ(after - before, 0) << text;
  }
}

TEST(Evaluate, WhatACallIsChargedToEndsWithTheFirstCapabilityWithoutALimit) {
  const PolicySet policy = Parse(R"(
name: c
capabilities:
  - {tool_pattern: x, path_allowlist: [/a], rate_limit: {calls: 9, per_seconds: 9}}
  - {tool_pattern: x, rate_limit: {calls: 2, per_seconds: 60}}
  - {tool_pattern: "*", rate_limit: {calls: 3, per_seconds: 60}}
  - {tool_pattern: x, max_response_size: 7}
  - {tool_pattern: x}
)");
  const Decision decision = policy.Evaluate("c", "x", "{}");
  ASSERT_TRUE(decision.allowed());
  EXPECT_EQ(decision.capability(), 1u);
  const std::vector<RateCharge> charges = decision.charges();
  ASSERT_EQ(charges.size(), 3u);
  EXPECT_EQ(charges[0].nth, 1u);
  EXPECT_EQ(charges[0].calls, 2u);
  EXPECT_EQ(charges[1].tool_pattern, "*");
  EXPECT_EQ(charges[2].nth, 2u);
  EXPECT_EQ(charges[2].calls, 0u);
  EXPECT_EQ(decision.max_response_size(), std::nullopt);  // of capability 1
  EXPECT_TRUE(decision.details().empty());
}

TEST(Evaluate, ADenialListsEveryCapabilityThatWasTried) {
  const PolicySet policy = Parse(R"(
name: c
capabilities:
  - {tool_pattern: x, path_allowlist: [/a]}
  - {tool_pattern: y}
  - {tool_pattern: x, path_allowlist: [/etc], command_allowlist: [ls]}
  - {tool_pattern: x, only_arguments: [q]}
)");
  const Decision decision = policy.Evaluate("c", "x", R"({"opt":{"path":"/etc/passwd"}})");
  EXPECT_EQ(decision.code(), ErrorCode::kCommandNotAllowed);
  EXPECT_EQ(decision.capability(), 2u);
  EXPECT_EQ(decision.rule(), "command.absent");
  ASSERT_EQ(decision.details().size(), 3u);
  EXPECT_EQ(decision.details()[0].rule, "path.every");
  EXPECT_EQ(decision.details()[0].where, "/opt/path");
  EXPECT_EQ(decision.details()[2].rule, "only.other");
}

// One code stands for many rules: what denied is told by the rule.
TEST(Evaluate, TheRuleThatDeniedIsNamed) {
  const PolicySet policy = Parse(R"(
name: c
capabilities:
  - {tool_pattern: web, domain_allowlist: [ok.example]}
  - {tool_pattern: fs, path_allowlist: [/a]}
  - {tool_pattern: run, command_allowlist: [git], subcommand_allowlist: {git: [status]}}
)");
  struct Case {
    std::string_view tool, arguments, rule;
  };
  for (const Case& expected : {
           Case{"web", R"({"url":"https://ok.example@bad.example"})", "domain.userinfo"},
           Case{"web", R"({"url":["https://ok.example","https:ok.example"]})", "domain.port"},
           Case{"web", R"({"url":"bad.example"})", "domain.every"},
           Case{"web", R"({"url":["ok.example",null]})", "key.null-in-list"},
           Case{"web", R"({"url":["ok.example",1]})", "key.list"},
           Case{"web", R"({"url":{"title":"ok.example"}})", "key.object-needs-key"},
           Case{"fs", R"({"path":"/a/../b"})", "path.dotdot"},
           Case{"fs", R"({"path":"a"})", "path.relative"},
           Case{"fs", R"({"path":["/a",null]})", "key.null-in-list"},
           Case{"run", R"({"command":"git"})", "subcommand.missing"},
           Case{"run", R"({"command":"git push"})", "subcommand.listed"},
           Case{"run", R"({"command":[1]})", "command.value"},
           Case{"run", R"({"command":["git;"]})", "command.metacharacter"},
           Case{"run", R"({"command":"git","args":1})", "command.args-form"},
       }) {
    const Decision decision = policy.Evaluate("c", expected.tool, expected.arguments);
    EXPECT_FALSE(decision.allowed()) << expected.arguments;
    EXPECT_EQ(decision.rule(), expected.rule) << expected.arguments;
  }
}

// Each is the worst that a megabyte can do to one of the walks; all end at once.
TEST(Evaluate, HostileArgumentsCostNoMoreThanTheirSize) {
  const PolicySet policy = Parse(R"(
name: c
capabilities:
  - {tool_pattern: x, path_allowlist: [/], domain_allowlist: [a.b], when_absent: allow}
  - {tool_pattern: y, path_allowlist: [/], command_allowlist: [ls], when_absent: allow}
deny_list: [{tool_pattern: x, path: /etc}, {tool_pattern: x, command: rm}]
)");
  std::string equals = R"({"command":"ls )";
  for (int i = 0; i < 300'000; ++i) equals += "=/";
  EXPECT_FALSE(policy.Evaluate("c", "y", equals + "\"}").allowed());
  std::string dots = R"({"v":")";
  for (int i = 0; i < 300'000; ++i) dots += "..";
  EXPECT_TRUE(policy.Evaluate("c", "x", dots + "\"}").allowed());
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += R"({"path":)";
  deep += "[";
  for (int i = 0; i < 30'000; ++i) deep += "{\"a\":1},";
  deep += "{}]" + std::string(60, '}');
  EXPECT_FALSE(policy.Evaluate("c", "x", deep).allowed());
  std::string ports = "{";
  for (int i = 0; i < 10'000; ++i) {
    const std::string number(static_cast<std::size_t>(i), '_');
    if (ports.size() + number.size() > 900'000) break;
    ports += "\"" + number + "port\":1,\"" + number + "-url\":\"a.b\",";
  }
  EXPECT_FALSE(policy.Evaluate("c", "x", ports + "\"z\":0}").allowed());
}

}  // namespace
}  // namespace callgate
