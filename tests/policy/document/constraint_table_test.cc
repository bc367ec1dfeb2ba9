#include "core/policy/document/constraint_table.h"

#include <gtest/gtest.h>

#include <set>

#include "core/policy/document/context_writer.h"
#include "tests/policy/read_contexts.h"

namespace callgate::policy {
namespace {

std::vector<Context> Read(const std::string& text) {
  std::vector<Context> contexts;
  const auto read = ReadPolicy(text, "test.yaml", Limits{}, contexts);
  EXPECT_TRUE(read) << read.error().message << " at " << read.error().where;
  return contexts;
}

constexpr std::string_view kEveryKey =
    R"({"capabilities":[{"argument_patterns":{"q":"a|b"},"base_directory":"/a",)"
    R"("command_allowlist":["git status"],"command_arguments":["c"],)"
    R"("domain_allowlist":["*.x.test","y.test:80"],"domain_arguments":["d"],"exec":"argv",)"
    R"("free_arguments":["f"],"max_response_size":0,"only_arguments":[],)"
    R"("path_allowlist":["/a/*"],"path_arguments":["p"],)"
    R"("rate_limit":{"calls":3,"per_seconds":60},"subcommand_allowlist":{"git":["status"]},)"
    R"("tool_pattern":"t","when_absent":"allow"}],"deny_list":[],"description":"","name":"n"})";

constexpr std::string_view kDeclared =
    R"({"capabilities":[{"arguments":{"a":{"type":"string"}},"max_response_size":0,)"
    R"("other_arguments":{"type":"integer"},"rate_limit":{"calls":3,"per_seconds":60},)"
    R"("tool_pattern":"t"}],"deny_list":[],"description":"","name":"n"})";

TEST(ConstraintTable, EachConstraintHasOneRow) {
  std::set<Constraint> constraints;
  for (const ConstraintRow& row : kConstraintTable) constraints.insert(row.constraint);
  EXPECT_EQ(constraints.size(), kConstraints);
}

TEST(ConstraintTable, EveryKeyIsReadAndWrittenBackInOrder) {
  for (const std::string_view text : {kEveryKey, kDeclared}) {
    const std::vector<Context> contexts = Read(std::string(text));
    ASSERT_EQ(contexts.size(), 1u);
    EXPECT_EQ(ContextJson(contexts[0]), text);
  }
  for (const Constraint constraint : kAllConstraints) {
    const std::string key = '"' + std::string(NameOf(constraint)) + '"';
    EXPECT_TRUE(kEveryKey.find(key) != std::string_view::npos ||
                kDeclared.find(key) != std::string_view::npos)
        << key;
  }
}

TEST(ConstraintTable, WhatIsAcknowledgedIsWrittenAndDecidesNothing) {
  const std::string text =
      R"({"acknowledge":{"lint.dead-deny":"a","lint.star":"b"},"capabilities":[)"
      R"({"acknowledge":{"lint.broad-path":"c"},"tool_pattern":"t"}],"deny_list":[)"
      R"({"acknowledge":{"lint.dead-deny":"d"},"tool_pattern":"u"}],"description":"","name":"n"})";
  const std::vector<Context> contexts = Read(text);
  ASSERT_EQ(contexts.size(), 1u);
  EXPECT_EQ(ContextJson(contexts[0]), text);
  EXPECT_EQ(DecisiveJson(contexts[0]),
            R"({"capabilities":[{"tool_pattern":"t"}],"deny_list":[{"tool_pattern":"u"}],)"
            R"("description":"","name":"n"})");
}

TEST(ConstraintTable, WhatACapabilityDoesNotSayIsNotWritten) {
  const std::vector<Context> contexts =
      Read("{name: n, capabilities: [{tool_pattern: t, exec: shell, when_absent: deny}]}");
  ASSERT_EQ(contexts.size(), 1u);
  for (const ConstraintRow& row : kConstraintTable) {
    std::string value;
    row.write(contexts[0].capabilities[0], value);
    EXPECT_EQ(value, "") << NameOf(row.constraint);
  }
}

TEST(ConstraintTable, AnUnknownKeyIsToldTheKnownOnesInTheirOrder) {
  std::vector<Context> contexts;
  const auto read = ReadPolicy("{name: n, capabilities: [{tool_pattern: t, exek: argv}]}",
                               "test.yaml", Limits{}, contexts);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message,
            "expected one of the keys arguments, other_arguments, path_allowlist, base_directory, "
            "domain_allowlist, "
            "command_allowlist, subcommand_allowlist, exec, argument_patterns, path_arguments, "
            "domain_arguments, command_arguments, free_arguments, only_arguments, rate_limit, "
            "max_response_size, when_absent, tool_pattern, constraints, acknowledge; did "
            "you mean exec?");
}

}  // namespace
}  // namespace callgate::policy
