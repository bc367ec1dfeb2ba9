// The ceiling: contains(parent, child), section "Ceiling" of docs/policy.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "callgate/policy.h"

namespace callgate {
namespace {

PolicySet Set(std::string_view text) {
  auto set = PolicySet::Parse(text);
  EXPECT_TRUE(set) << set.error().message << " at " << set.error().where;
  return *set;
}

TEST(Containment, AContextIsWithinItself) {
  const PolicySet set = Set(R"(
name: build
capabilities:
  - {tool_pattern: "fs.*", path_allowlist: [/workspace], free_arguments: [note]}
  - {tool_pattern: "cmd.run", command_allowlist: [git, npm test], exec: argv}
deny_list: [fs.delete, "fs.*:/workspace/.git", "cmd.run:git push"]
)");
  EXPECT_TRUE(set.Contains("build", "build")->contained);
}

TEST(Containment, AnUnknownContextIsAnError) {
  const PolicySet set = Set("name: a\ncapabilities: []");
  EXPECT_EQ(set.Contains("a", "b").error().code, ErrorCode::kScopeNotFound);
  EXPECT_EQ(set.Contains("b", "a").error().code, ErrorCode::kScopeNotFound);
}

TEST(Containment, ALimitThatExceedsIsTheReason) {
  const PolicySet set = Set(R"(
- name: parent
  capabilities: [{tool_pattern: web, rate_limit: {calls: 20, per_seconds: 60}}]
- name: child
  capabilities: [{tool_pattern: web, rate_limit: {calls: 7, per_seconds: 20}}]
)");
  const auto containment = set.Contains("parent", "child");
  EXPECT_FALSE(containment->contained);
  EXPECT_THAT(containment->reason, testing::HasSubstr("rate_limit of capability 0 (web)"));
}

}  // namespace
}  // namespace callgate
