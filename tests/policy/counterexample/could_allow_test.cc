// PolicySet::CouldAllow: the tools of which some call passes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

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

}  // namespace
}  // namespace callgate
