// PolicySet::CouldAllow: the tools of which some call passes.
#include "core/policy/counterexample/could_allow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "tests/policy/random_cases.h"
#include "tests/policy/relation_vectors.h"

namespace callgate {
namespace {

std::vector<std::string> Strings(json::Value list) {
  std::vector<std::string> strings;
  for (const json::Value element : list.elements()) strings.emplace_back(element.string());
  return strings;
}

TEST(CouldAllowVectors, EveryListIsAnsweredAsTheVectorSays) {
  const test::Vectors vectors("could_allow.json");
  for (const json::Value vector : vectors.Cases("vectors")) {
    const json::Value context = *vector.Find("context");
    const std::string text = test::Contexts(vector, "context");
    SCOPED_TRACE(test::Text(vector, "id") + " " + text);
    const auto possible = test::ParsePolicy(text).CouldAllow(test::Text(context, "name"),
                                                             Strings(*vector.Find("tools")));
    ASSERT_TRUE(possible);
    EXPECT_EQ(*possible, Strings(*vector.Find("possible")));
  }
}

TEST(CouldAllow, AnUnknownContextIsAnError) {
  const PolicySet set = test::ParsePolicy("name: a\ncapabilities: []");
  EXPECT_EQ(set.CouldAllow("b", {"x"}).error().code, ErrorCode::kScopeNotFound);
}

TEST(CouldAllow, FindsTheOneEntryThatTheDenyListLeaves) {
  std::string text = R"({"name":"c","capabilities":[{"tool_pattern":"web","domain_allowlist":[)";
  for (int i = 0; i < 300; ++i) text += "\"h" + std::to_string(i) + ".denied.example\",";
  text += R"("left.example"]}],"deny_list":["web:*.denied.example"]})";
  EXPECT_THAT(*test::ParsePolicy(text).CouldAllow("c", {"web"}), testing::ElementsAre("web"));
}

TEST(CouldAllow, FindsTheOneDeclaredEntryThatTheDenyListLeaves) {
  std::string paths;
  std::string hosts;
  for (int i = 0; i < 100; ++i) {
    paths += "\"/denied/" + std::to_string(i) + "\",";
    hosts += "\"h" + std::to_string(i) + ".denied.example\",";
  }
  const std::string deny_list = R"(,"deny_list":["*:/denied","*:*.denied.example"]})";
  const std::string text =
      R"({"name":"c","capabilities":[{"tool_pattern":"fs","arguments":{"p":{"path":{"allow":[)" +
      paths + R"("/left"]}}}},{"tool_pattern":"web","arguments":{"u":{"url":{"allow":[)" + hosts +
      R"("left.example"]}}}}])" + deny_list;
  EXPECT_THAT(*test::ParsePolicy(text).CouldAllow("c", {"fs", "web"}),
              testing::ElementsAre("fs", "web"));
}

TEST(CouldAllow, TakesTheSubcommandThatAPatternAsksFor) {
  const PolicySet set = test::ParsePolicy(
      R"({"name":"c","capabilities":[{"tool_pattern":"git","command_allowlist":["git"],)"
      R"("subcommand_allowlist":{"git":["status","log"]},)"
      R"("argument_patterns":{"command":"git (status|log)( --oneline)?"}}]})");
  EXPECT_THAT(*set.CouldAllow("c", {"git"}), testing::ElementsAre("git"));
}

TEST(CouldAllow, TakesNamesThatNoDenyEntryHolds) {
  const auto could = [](const std::string& capability, const std::string& deny_list) {
    return !test::ParsePolicy("{name: c, capabilities: [{tool_pattern: t, " + capability +
                              "}], deny_list: [" + deny_list + "]}")
                .CouldAllow("c", {"t"})
                ->empty();
  };
  const std::string names = "'t:/a/x', 't:/a/x-unlisted', 't:**/x*', 't:**/a*'";
  EXPECT_FALSE(could("path_allowlist: [/a]", names));
  const std::string others = "'t:/d/x', 't:/d/x-unlisted', 't:**/x*', 't:**/a*'";
  EXPECT_TRUE(could("path_allowlist: ['/d/*']", others));
  EXPECT_TRUE(could("arguments: {p: {path: {allow: ['/d/*']}}}", others));
  EXPECT_TRUE(could("arguments: {p: {path: {allow: ['/d/*'], except: ['**/x*', '**/a*']}}}", ""));
  const std::string hosts = "'t:x.d.example', 't:x-unlisted.d.example', 't:a.d.example'";
  EXPECT_TRUE(could("domain_allowlist: ['*.d.example']", hosts));
  EXPECT_FALSE(could("domain_allowlist: [x.d.example]", hosts));
  EXPECT_TRUE(could("arguments: {u: {url: {allow: ['*.d.example']}}}", hosts));
  EXPECT_FALSE(could("arguments: {u: {url: {allow: [x.d.example]}}}", hosts));
}

TEST(CouldAllowProperties, EveryToolOfAnAllowedCallIsListed) {
  int calls = 0;
  int allowed = 0;
  int unlisted = 0;
  for (const test::RandomCase& one : test::RandomCases()) {
    if (one.calls.empty()) continue;
    const PolicySet set = one.Parse();
    for (const test::RandomCall& call : one.calls) {
      const std::string arguments = test::Union(call, call);
      const bool listed = !set.CouldAllow("middle", {call.tool})->empty();
      ++calls;
      if (!listed) ++unlisted;
      if (!set.Evaluate("middle", call.tool, arguments)) continue;
      ++allowed;
      ASSERT_TRUE(listed) << call.tool << " " << arguments << "\n" << one.contexts;
    }
  }
  std::cout << allowed << " of " << calls << " calls allowed, " << unlisted
            << " of tools not listed\n";
  EXPECT_GE(calls, 100'000);
  EXPECT_GE(allowed, 20'000);
  EXPECT_GE(unlisted, 1'000);
}

TEST(CouldAllowProperties, EveryYesHasACallThatPassesButForPatterns) {
  int calls = 0;
  int patterns = 0;
  for (const test::RandomCase& one : test::RandomCases()) {
    if (one.calls.empty()) continue;
    const PolicySet set = one.Parse();
    std::set<std::string> tools;
    for (const test::RandomCall& call : one.calls) tools.insert(call.tool);
    for (const std::string& tool : tools) {
      const auto call = policy::FindCall(*set.Find("middle"), tool);
      ASSERT_EQ(call.has_value(), !set.CouldAllow("middle", {tool})->empty());
      if (!call) continue;
      ++calls;
      if (set.Evaluate("middle", tool, *call)) continue;
      ++patterns;
      ASSERT_TRUE(one.has_patterns) << tool << " " << *call << "\n" << one.contexts;
    }
  }
  std::cout << calls << " tools have a call, " << patterns << " but for a pattern\n";
  EXPECT_GE(calls, 2'000);
}

}  // namespace
}  // namespace callgate
