#include "core/policy/lint/lint_capability.h"

#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

// The rules that warn of one capability, in order, each behind a space.
std::string Rules(const std::string& constraints) {
  const test::Reaching one = test::Constrained(constraints);
  std::string rules;
  LintCapability(*one.context, one[0], [&](std::string_view rule, const std::string& message) {
    EXPECT_FALSE(message.empty());
    rules += " " + std::string(rule);
  });
  return rules;
}

// What is wrong with one capability whose arguments are listed.
std::string Warnings(const std::string& constraints, const std::string& only = "path, url, cmd") {
  return Rules(constraints + ", only_arguments: [" + only + "]");
}

TEST(LintCapability, BroadPathIsTheRootOrReachesProc) {
  EXPECT_EQ(Warnings("path_allowlist: [/]"), " lint.broad-path");
  EXPECT_EQ(Warnings("path_allowlist: [/proc]"), " lint.broad-path");
  EXPECT_EQ(Warnings("path_allowlist: [/proc/self]"), " lint.broad-path");
  EXPECT_EQ(Warnings("path_allowlist: ['/*/x']"), " lint.broad-path");
  EXPECT_EQ(Warnings("path_allowlist: [/process, '/a/*', /a/proc]"), "");
}

TEST(LintCapability, NoOnlyArgumentsBesideAConstraint) {
  for (const char* constraint : {"path_allowlist: [/a]", "domain_allowlist: [x.test]",
                                 "command_allowlist: [ls]", "argument_patterns: {query: x}"}) {
    EXPECT_EQ(Rules(constraint), " lint.no-only-arguments") << constraint;
  }
  EXPECT_EQ(Rules(""), "");
  EXPECT_EQ(Rules("rate_limit: {calls: 1, per_seconds: 1}"), "");
}

TEST(LintCapability, ImpossibleConstraintWhereNoCallPasses) {
  EXPECT_EQ(Rules("path_allowlist: []"), " lint.impossible-constraint");
  EXPECT_EQ(Rules("path_allowlist: [], when_absent: allow"), " lint.no-only-arguments");
  EXPECT_EQ(Warnings("path_allowlist: [/a]", ""), " lint.impossible-constraint");
  EXPECT_EQ(Warnings("command_allowlist: [ls]", "args"), " lint.impossible-constraint");
  EXPECT_EQ(Warnings("argument_patterns: {query: x}", "mode"), " lint.impossible-constraint");
}

TEST(LintCapability, UnlistedArgumentWherePathsAreOnlyNested) {
  const std::string paths = "path_allowlist: [/a]";
  EXPECT_EQ(Warnings(paths, "note"), " lint.unlisted-argument");
  EXPECT_EQ(Warnings(paths, "env"), " lint.unlisted-argument");
  EXPECT_EQ(Warnings(paths, "path"), "");
  EXPECT_EQ(Warnings(paths, "mode"), "") << "by its look";
  EXPECT_EQ(Warnings(paths + ", path_arguments: [note]", "note"), "");
  EXPECT_EQ(Warnings(paths + ", free_arguments: [path]", "path"), " lint.unlisted-argument");
}

TEST(LintCapability, UnlistedArgumentWhereDomainsAreOnlyNested) {
  const std::string domains = "domain_allowlist: [x.test]";
  EXPECT_EQ(Warnings(domains, "note"), " lint.unlisted-argument");
  EXPECT_EQ(Warnings(domains, "url"), "");
  EXPECT_EQ(Warnings(domains, "mode"), "") << "by its look";
  EXPECT_EQ(Warnings(domains + ", domain_arguments: [note]", "note"), "");
}

TEST(LintCapability, UnlistedArgumentWhereCommandsAreOnlyNested) {
  const std::string commands = "command_allowlist: [ls]";
  EXPECT_EQ(Warnings(commands, "mode"), " lint.unlisted-argument");
  EXPECT_EQ(Warnings(commands, "mode, cmd"), "");
  EXPECT_EQ(Warnings(commands + ", command_arguments: [mode]", "mode"), "");
}

TEST(LintCapability, UnlistedArgumentWhereAPatternHasNoKey) {
  const std::string absent = "argument_patterns: {query: x}, when_absent: allow";
  EXPECT_EQ(Warnings(absent, "mode"), " lint.unlisted-argument");
  EXPECT_EQ(Warnings(absent, "mode, Query"), "");
}

}  // namespace
}  // namespace callgate::policy
