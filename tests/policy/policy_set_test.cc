#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "callgate/policy.h"
#include "core/policy/model/context.h"

namespace callgate {
namespace {

namespace fs = std::filesystem;

class PolicyDirectory : public ::testing::Test {
 protected:
  PolicyDirectory()
      : path_(fs::temp_directory_path() / ("callgate-policy-" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~PolicyDirectory() override { fs::remove_all(path_); }

  void Write(const std::string& name, std::string_view text) {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  Result<PolicySet> Load() { return PolicySet::Load(path_.string()); }

  fs::path path_;
};

TEST_F(PolicyDirectory, IsTheUnionOfItsPolicyFiles) {
  Write("a.yaml", "name: a\ncapabilities: []\n");
  Write("b.yml", "name: b\ncapabilities: []\n---\nname: c\ncapabilities: []\n");
  Write("d.json", "[{\"name\":\"d\",\"capabilities\":[]}]");
  Write(".hidden.yaml", "no policy");
  Write("notes.txt", "no policy");
  fs::create_directories(path_ / "sub.yaml");
  const auto policy = Load();
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->context_names(), (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(PolicySet::Load((path_ / "b.yml").string())->context_names().size(), 2u);
}

TEST_F(PolicyDirectory, OneFaultRefusesItAllAndNamesTheFile) {
  Write("a.yaml", "name: a\ncapabilities: []\n");
  Write("b.yaml", "name: b\ncapabilities: 5\n");
  const auto policy = Load();
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().code, ErrorCode::kInvalidPolicy);
  EXPECT_EQ(policy.error().where, (path_ / "b.yaml").string() + ":2:15");
}

TEST_F(PolicyDirectory, AContextNameIsUniqueAcrossFiles) {
  Write("a.yaml", "name: a\ncapabilities: []\n");
  Write("b.yaml", "capabilities: []\nname: a\n");
  const auto policy = Load();
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().where, (path_ / "b.yaml").string() + ":2:7");
}

TEST_F(PolicyDirectory, WithoutAPolicyFileOrWithoutItselfIsRefused) {
  EXPECT_FALSE(Load());
  EXPECT_FALSE(PolicySet::Load((path_ / "missing.yaml").string()));
}

// Half of a policy, or none of it, is never taken for a policy: the error names the file, no line.
TEST_F(PolicyDirectory, WhatIsNoFileOrCannotBeReadToItsEndIsRefusedAsSuch) {
  const auto where = [](const std::string& path) { return PolicySet::Load(path).error().where; };
  EXPECT_EQ(where("/dev/null"), "/dev/null");
  // Of a process's memory there is nothing at the beginning: reading fails.
  if (const std::string memory = "/proc/self/mem"; fs::exists(memory)) {
    EXPECT_EQ(where(memory), memory);
  }
}

TEST(PolicySet, DigestIsOfTheMeaningNotOfTheText) {
  const auto yaml = PolicySet::Parse(R"(
# a comment
name: c
capabilities:
  - tool_pattern: "fs.*"
    constraints:
      path_allowlist: [/a/**]
      when_absent: deny
      path_arguments: [Tree, leaf]
deny_list: ["fs.x:rm"]
)");
  const auto json = PolicySet::Parse(
      R"({"deny_list":[{"tool_pattern":"fs.x","command":"rm"},{"tool_pattern":"fs.x:rm"}],)"
      R"("capabilities":[{"path_arguments":["leaf","tree"],"path_allowlist":["/a/*"],)"
      R"("exec":null,"tool_pattern":"fs.*"}],"name":"c"})");
  ASSERT_TRUE(yaml) << yaml.error().message;
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(yaml->Digest(), json->Digest());
  EXPECT_EQ(yaml->Digest().size(), 64u);
  const auto other = PolicySet::Parse("name: c\ncapabilities: []\n");
  EXPECT_NE(yaml->Digest(), other->Digest());
}

TEST(PolicySet, WhatIsAcknowledgedIsNoPartOfTheDigest) {
  const auto parse = [](const std::string& more) {
    return *PolicySet::Parse("{name: c, capabilities: [{tool_pattern: t" + more + "}]}");
  };
  const PolicySet plain = parse("");
  const PolicySet acknowledged = parse(", acknowledge: {lint.star: meant}");
  EXPECT_EQ(plain.Digest(), acknowledged.Digest());
  EXPECT_EQ(plain.Find("c")->json, acknowledged.Find("c")->json);
}

TEST(PolicySet, NthCountsCapabilitiesOfOnePattern) {
  const auto policy = PolicySet::Parse(
      R"({"name":"c","capabilities":[{"tool_pattern":"a"},{"tool_pattern":"b"},{"tool_pattern":"a"}]})");
  const auto context = policy->Find("c");
  EXPECT_EQ(context->capabilities[1].nth, 0u);
  EXPECT_EQ(context->capabilities[2].nth, 1u);
  EXPECT_EQ(policy->Find("d"), nullptr);
}

TEST(PolicySet, AListOfToolPatternsMeansTheSameInWhateverOrder) {
  const auto parse = [](const std::string& patterns) {
    return *PolicySet::Parse(R"({"name":"c","capabilities":[{"tool_pattern":)" + patterns + "}]}");
  };
  const PolicySet two = parse(R"(["web.get","fs_*"])");
  EXPECT_EQ(two.Digest(), parse(R"(["fs_*","web.get"])").Digest());
  EXPECT_EQ(two.Find("c")->json, R"({"capabilities":[{"tool_pattern":["fs_*","web.get"]}],)"
                                 R"("deny_list":[],"description":"","name":"c"})");
  EXPECT_EQ(parse(R"(["fs_*"])").Find("c")->json, parse(R"("fs_*")").Find("c")->json);
  EXPECT_EQ(two.Evaluate("c", "fs_read", "{}").reason(), "allowed by capability 0 (fs_* web.get)");
}

TEST(PolicySet, NthCountsCapabilitiesOfOneListOfPatterns) {
  const auto policy = PolicySet::Parse(
      R"({"name":"c","capabilities":[{"tool_pattern":["a","b"]},{"tool_pattern":"a"},)"
      R"({"tool_pattern":["b","a"]}]})");
  const auto context = policy->Find("c");
  EXPECT_EQ(context->capabilities[1].nth, 0u);
  EXPECT_EQ(context->capabilities[2].nth, 1u);
}

TEST(PolicySet, AnUnknownContextIsNotFoundHoweverTheArgumentsAreGiven) {
  const auto policy = PolicySet::Parse(R"({"name":"c","capabilities":[{"tool_pattern":"x"}]})");
  const auto arguments = json::Parse("{}");
  EXPECT_TRUE(policy->Evaluate("c", "x", arguments->root()).allowed());
  EXPECT_TRUE(policy->Evaluate("c", "x", "{}").allowed());
  EXPECT_EQ(policy->Evaluate("d", "x", arguments->root()).code(), ErrorCode::kScopeNotFound);
  EXPECT_EQ(policy->Evaluate("d", "x", "{}").code(), ErrorCode::kScopeNotFound);
}

TEST(PolicySet, BoundsAreCheckedBeforeTheWork) {
  Limits limits;
  limits.max_policy_bytes = 10;
  EXPECT_FALSE(PolicySet::Parse("name: c\ncapabilities: []\n", "a.yaml", limits));
  limits = {};
  limits.max_policy_nodes = 4;
  EXPECT_FALSE(PolicySet::Parse("name: c\ncapabilities: []\n", "a.yaml", limits));
  EXPECT_FALSE(PolicySet::Parse("{\"name\":\"c\",\"capabilities\":[]}", "a.json", limits));
}

// What makes readers of YAML recurse, guess or keep everything in memory.
TEST(PolicySet, HostileTextsAreRefused) {
  const std::string_view nul("name: c\0\ncapabilities: []\n", 26);
  for (const std::string& text :
       {std::string(1'000'000, '['), std::string(1'000'000, '{'), "a: " + std::string(100'000, '['),
        [] {
          std::string dashes;
          for (int i = 0; i < 100'000; ++i) dashes += "- ";
          return dashes;
        }(),
        [] {
          std::string indents;
          for (std::size_t i = 0; i < 1000; ++i) indents += std::string(i, ' ') + "a:\n";
          return indents;
        }(),
        std::string(nul), std::string("\xEF\xBB\xBFname: c\ncapabilities: []\n"),
        std::string("n\0a\0m\0", 6), std::string("name: \xC0\xAF\n"),
        std::string("# \xC0\xAF\nname: c\ncapabilities: []\n"), std::string("%YAML 9.9\n"),
        std::string("name: c\ncapabilities: [\n"), std::string("\"unclosed"), std::string(": : :"),
        std::string("? [a]\n: b\n"), std::string("name: c\n\tcapabilities: []\n")}) {
    const auto policy = PolicySet::Parse(text, "a.yaml");
    ASSERT_FALSE(policy) << text.substr(0, 50);
    EXPECT_EQ(policy.error().code, ErrorCode::kInvalidPolicy);
    EXPECT_TRUE(policy.error().where.starts_with("a.yaml:"));
  }
}

TEST(PolicySet, PatternsWithManyBracketsAreNotTakenForNesting) {
  std::string text = "name: c\ncapabilities:\n  - tool_pattern: x\n    argument_patterns:\n";
  for (int i = 0; i < 200; ++i) text += "      a" + std::to_string(i) + ": \"[[]\"\n";
  const auto policy = PolicySet::Parse(text, "a.yaml");
  EXPECT_TRUE(policy) << policy.error().message << policy.error().where;
}

}  // namespace
}  // namespace callgate
