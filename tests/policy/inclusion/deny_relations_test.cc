#include "core/policy/inclusion/deny_relations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Constrained;
using test::Reaching;
using testing::SizeIs;

// Both sides on the tool `t`, and whether the parent's one deny entry fires only with the child's.
struct Side {
  std::string constraints;
  std::string deny_list;
};
bool OnlyWithChild(const Side& parent, const Side& child) {
  const Reaching around = Constrained(parent.constraints, parent.deny_list);
  const Reaching within = Constrained(child.constraints, child.deny_list);
  const DenialsByKind entries(*within.context, "t");
  const ToolSights sights(around.reach, within.reach, "t");
  DenyCover cover(*within.context);
  const Reached accepting = within[0];
  return FiresOnlyWithChild({around.reach, within.reach, accepting, "t", entries, sights, cover},
                            around.context->deny_list.at(0));
}

TEST(DenialsByKind, AreThoseOnTheToolByKind) {
  const Reaching context = Constrained("", "'t:/a', 't:x.test', 't:rm', 'u:/b', 't:/c'");
  const DenialsByKind entries(*context.context, "t");
  EXPECT_THAT(entries.paths, SizeIs(2));
  EXPECT_THAT(entries.domains, SizeIs(1));
  EXPECT_THAT(entries.commands, SizeIs(2));  // x.test may be a command as well
  EXPECT_FALSE(entries.stops_tool);
  EXPECT_TRUE(DenialsByKind(*Constrained("", "'t:/a', t").context, "t").stops_tool);
}

TEST(StopsEvery, StopsTheCommandsThatBeginWithAnEntry) {
  const auto stops = [](const std::string& denied, const CommandClass& command_class) {
    return StopsEvery(DenialsByKind(*Constrained("", denied).context, "t"), command_class);
  };
  const CommandClass push{CommandClass::Kind::kWords, {"git", "push"}};
  EXPECT_TRUE(stops("'t:git'", push));
  EXPECT_TRUE(stops("'t:git push'", push));
  EXPECT_TRUE(stops("'t:rm', 't:git'", push));
  EXPECT_FALSE(stops("'t:git push -f'", push));
  EXPECT_FALSE(stops("'t:rm'", push));
  EXPECT_FALSE(stops("", push));
}

TEST(StopsEvery, StopsEveryCallOfADeniedTool) {
  const DenialsByKind entries(*Constrained("", "t").context, "t");
  EXPECT_TRUE(StopsEvery(entries, {CommandClass::Kind::kAny, {}}));
  EXPECT_TRUE(StopsEvery(entries, {CommandClass::Kind::kAbsent, {}}));
  const DenialsByKind commands(*Constrained("", "'t:git'").context, "t");
  EXPECT_FALSE(StopsEvery(commands, {CommandClass::Kind::kAny, {}}));
  EXPECT_FALSE(StopsEvery(commands, {CommandClass::Kind::kAbsent, {}}));
}

TEST(FiresOnlyWithChild, NotForAToolThatTheChildDoesNotDeny) {
  EXPECT_FALSE(OnlyWithChild({"", "t"}, {"", ""}));
  EXPECT_FALSE(OnlyWithChild({"", "t"}, {"only_arguments: []", ""}));
}

TEST(FiresOnlyWithChild, ForACapabilityWithoutArguments) {
  for (const std::string entry : {"'t:/a'", "'t:x.test'", "'t:rm'"}) {
    EXPECT_TRUE(OnlyWithChild({"", entry}, {"only_arguments: []", ""})) << entry;
    EXPECT_FALSE(OnlyWithChild({"", entry}, {"only_arguments: [x]", ""})) << entry;
  }
}

TEST(FiresOnlyWithChild, ForPathsThatTheChildDeniesToo) {
  EXPECT_TRUE(OnlyWithChild({"", "'t:/a'"}, {"", "'t:/a'"}));
  EXPECT_TRUE(OnlyWithChild({"", "'t:/a/b'"}, {"", "'t:/x', 't:/a'"}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:/a'"}, {"", "'t:/a/b'"}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:/a'"}, {"", ""}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:/a'"}, {"", "'t:x.test'"}));
}

TEST(FiresOnlyWithChild, ForRelativePathsFromTheSameBase) {
  const std::string base = "base_directory: /w";
  EXPECT_TRUE(OnlyWithChild({base, "'t:/w/a'"}, {base, "'t:/w/a'"}));
  EXPECT_FALSE(OnlyWithChild({base, "'t:/w/a'"}, {"", "'t:/w/a'"}))
      << "each relative path fires, but none in a text";
  EXPECT_FALSE(OnlyWithChild({base, "'t:/w/a'"}, {"base_directory: /v", "'t:/w/a'"}));
  EXPECT_TRUE(OnlyWithChild({base, "'t:/a'"}, {"base_directory: /v", "'t:/a'"}))
      << "no relative path of the parent reaches the entry";
  EXPECT_TRUE(OnlyWithChild({base, "'t:/w/a'"}, {"base_directory: /v", "'t:/w/a', 't:/v/a'"}));
}

TEST(FiresOnlyWithChild, ForAnyRelativePathWhereTheParentHasNoBase) {
  EXPECT_TRUE(OnlyWithChild({"", "'t:/a'"}, {"", "'t:/a'"}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:/a'"}, {"base_directory: /w", "'t:/a'"}));
  EXPECT_TRUE(OnlyWithChild({"", "'t:/a'"}, {"base_directory: /w", "'t:/a', 't:/w'"}));
  EXPECT_TRUE(OnlyWithChild({"", "'t:/a'"}, {"base_directory: /a/b", "'t:/a'"}));
}

TEST(FiresOnlyWithChild, ForEveryBaseOfTheParent) {
  const Reaching parent(
      "{tool_pattern: t, base_directory: /w}, {tool_pattern: '*', base_directory: /v}", "'t:/w/a'");
  const auto only = [&](const std::string& base) {
    const Reaching child = Constrained("base_directory: " + base, "'t:/w/a'");
    const DenialsByKind entries(*child.context, "t");
    const ToolSights sights(parent.reach, child.reach, "t");
    DenyCover cover(*child.context);
    const Reached accepting = child[0];
    return FiresOnlyWithChild({parent.reach, child.reach, accepting, "t", entries, sights, cover},
                              parent.context->deny_list[0]);
  };
  EXPECT_TRUE(only("/w"));
  EXPECT_FALSE(only("/v"));
}

TEST(FiresOnlyWithChild, ForPathsUnderKeysThatBothListsLookAt) {
  const std::string tree = "path_arguments: [tree]";
  EXPECT_TRUE(OnlyWithChild({tree, "'t:/a'"}, {tree, "'t:/a'"}));
  EXPECT_FALSE(OnlyWithChild({tree, "'t:/a'"}, {"", "'t:/a'"})) << "the parent looks at more";
  EXPECT_FALSE(OnlyWithChild({"", "'t:/a'"}, {tree, "'t:/a'"})) << "the child lets objects through";
  EXPECT_FALSE(OnlyWithChild({"", "'t:/a'"}, {tree + ", path_allowlist: [/]", "'t:/a'"}));
}

// Another capability of the child adds a key; the accepting one judges what stands under it.
TEST(FiresOnlyWithChild, ForObjectsThatTheCapabilityRefuses) {
  const auto only = [](const std::string& parent, const std::string& accepting,
                       const std::string& entry, const std::string& added) {
    const Reaching around = Constrained(parent, entry);
    const Reaching within("{tool_pattern: t, " + accepting + "}, {tool_pattern: u, " + added + "}",
                          entry);
    const DenialsByKind entries(*within.context, "t");
    const ToolSights sights(around.reach, within.reach, "t");
    DenyCover cover(*within.context);
    const Reached first = within[0];
    return FiresOnlyWithChild({around.reach, within.reach, first, "t", entries, sights, cover},
                              around.context->deny_list[0]);
  };
  EXPECT_TRUE(only("exec: shell", "path_allowlist: [/]", "'t:/a'", "path_arguments: [tree]"));
  for (const std::string key : {"content", "mycontent", "pattern", "include"}) {
    EXPECT_FALSE(
        only("exec: shell", "path_allowlist: [/]", "'t:/a'", "path_arguments: [" + key + "]"))
        << "the parent reads a text or glob there";
  }
  EXPECT_FALSE(only("exec: shell", "exec: shell", "'t:/a'", "path_arguments: [tree]"));
  EXPECT_FALSE(only("path_arguments: [tree]", "path_allowlist: [/]", "'t:/a'",
                    "path_arguments: [tree, root]"));
  EXPECT_FALSE(
      only("path_arguments: [root]", "path_allowlist: [/]", "'t:/a'", "path_arguments: [tree]"));
  const std::string domains = "domain_allowlist: ['*.test']";
  EXPECT_TRUE(only("exec: shell", domains, "'t:x.test'", "domain_arguments: [tree]"));
  EXPECT_FALSE(only("exec: shell", "exec: shell", "'t:x.test'", "domain_arguments: [tree]"));
  EXPECT_FALSE(
      only("domain_arguments: [tree]", domains, "'t:x.test'", "domain_arguments: [tree, root]"));
  const std::string git = "command_allowlist: [git]";
  EXPECT_TRUE(only("exec: shell", git, "'t:git push'", "command_arguments: [tree]"));
  EXPECT_FALSE(only("exec: shell", "exec: shell", "'t:git push'", "command_arguments: [tree]"));
  EXPECT_FALSE(only("exec: shell", git + ", free_arguments: [runcmd]", "'t:git push'",
                    "command_arguments: [tree]"));
}

// The capability lets through no other string than such as its own list judges.
TEST(FiresOnlyWithChild, ForPathsThatTheCapabilityNeverAllows) {
  const std::string judged = ", only_arguments: [mode], argument_patterns: {mode: x}";
  EXPECT_TRUE(OnlyWithChild({"", "'t:/a'"}, {"path_allowlist: [/b, /c]" + judged, ""}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:/a'"}, {"path_allowlist: [/b, /a/x]" + judged, ""}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:/a'"}, {"path_allowlist: [/b]", ""}));
  EXPECT_FALSE(
      OnlyWithChild({"path_arguments: [tree]", "'t:/a'"}, {"path_allowlist: [/b]" + judged, ""}));
  EXPECT_FALSE(
      OnlyWithChild({"", "'t:/a'"}, {"path_allowlist: [/b], base_directory: /b" + judged, ""}))
      << "the parent has no base";
}

TEST(FiresOnlyWithChild, ForDomainsThatTheCapabilityNeverAllows) {
  const std::string judged = ", only_arguments: [mode], argument_patterns: {mode: x}";
  EXPECT_TRUE(OnlyWithChild({"", "'t:y.test'"}, {"domain_allowlist: [x.test]" + judged, ""}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:*.test'"}, {"domain_allowlist: [x.test]" + judged, ""}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:y.test'"}, {"domain_allowlist: [x.test]", ""}));
  EXPECT_FALSE(OnlyWithChild({"domain_arguments: [tree]", "'t:y.test'"},
                             {"domain_allowlist: [x.test]" + judged, ""}));
}

TEST(FiresOnlyWithChild, ForDomainsThatTheChildDeniesToo) {
  EXPECT_TRUE(OnlyWithChild({"", "'t:a.x.test'"}, {"", "'t:y.test', 't:*.x.test'"}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:*.x.test'"}, {"", "'t:a.x.test'"}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:x.test'"}, {"", ""}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:x.test'"}, {"domain_arguments: [tree]", "'t:x.test'"}));
  EXPECT_FALSE(OnlyWithChild({"domain_arguments: [tree]", "'t:x.test'"}, {"", "'t:x.test'"}));
}

TEST(FiresOnlyWithChild, ForCommandsThatTheChildDeniesToo) {
  EXPECT_TRUE(OnlyWithChild({"", "'t:git push'"}, {"", "'t:rm', 't:git'"}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:git'"}, {"", "'t:git push'"}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:git'"}, {"", ""}));
  EXPECT_FALSE(OnlyWithChild({"command_arguments: [run]", "'t:git'"}, {"", "'t:git'"}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:git'"}, {"command_arguments: [run]", "'t:git'"}));
}

TEST(FiresOnlyWithChild, ForCommandsThatTheCapabilityNeverAllows) {
  const std::string git = "command_allowlist: [git status, npm]";
  EXPECT_TRUE(OnlyWithChild({"", "'t:rm'"}, {git, ""}));
  EXPECT_TRUE(OnlyWithChild({"", "'t:git push'"}, {git, ""}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:git'"}, {git, ""}));
  EXPECT_TRUE(OnlyWithChild({"", "'t:git'"}, {git, "'t:git status'"}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:npm'"}, {git, "'t:npm test'"}));
  EXPECT_FALSE(OnlyWithChild({"", "'t:rm'"}, {git + ", free_arguments: [runcmd]", ""}));
  EXPECT_FALSE(OnlyWithChild({"command_arguments: [run]", "'t:rm'"}, {git, ""}));
  EXPECT_TRUE(OnlyWithChild({"", "'t:rm'"}, {git + ", when_absent: allow", ""}));
}

}  // namespace
}  // namespace callgate::policy
