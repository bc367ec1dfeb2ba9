#include "core/policy/inclusion/capability_reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Constrained;
using testing::ElementsAre;
using testing::IsEmpty;

CapabilityReach Reach(const std::string& constraints) {
  return CapabilityReach(Constrained(constraints)[0].capability);
}
bool AllowsNothing(const std::string& constraints) { return Reach(constraints).allows_nothing; }
bool HidesPaths(const std::string& constraints) { return Reach(constraints).hides_paths; }
bool HidesDomains(const std::string& constraints) { return Reach(constraints).hides_domains; }
bool HidesCommands(const std::string& constraints) { return Reach(constraints).hides_commands; }

TEST(KeyLists, LoseWhatIsOfTheClassByName) {
  EXPECT_THAT(WithoutBuiltIn({"file", "path", "tree"}, kPathKey), ElementsAre("tree"));
  EXPECT_THAT(WithoutBuiltIn({"file", "path", "tree"}, kDomainKey),
              ElementsAre("file", "path", "tree"));
}

TEST(KeyLists, AreSubsetsOfTheSameAndOfMore) {
  EXPECT_TRUE(IsSubset({}, {}));
  EXPECT_TRUE(IsSubset({"a"}, {"a", "b"}));
  EXPECT_FALSE(IsSubset({"a", "c"}, {"a", "b"}));
}

TEST(CapabilityReach, FreesNoKeyThatFreeingHasNoEffectOn) {
  EXPECT_THAT(Reach("free_arguments: [note, args, env, shell, port]").freed, ElementsAre("note"));
}

TEST(CapabilityReach, KnowsFreedKeysThatSomeSpellingMakesACommandKey) {
  EXPECT_THAT(Reach("free_arguments: [note, command, runcmd, run_script, x_cmd_2]").freed_commands,
              ElementsAre("command", "run_script", "runcmd", "x_cmd_2"));
  EXPECT_THAT(Reach("free_arguments: [commandline, command_line, online, line]").freed_commands,
              ElementsAre("command_line", "commandline"));
  EXPECT_THAT(Reach("free_arguments: [commandname]").freed_commands, IsEmpty());
}

TEST(CapabilityReach, UsesItsBaseWhereAnEntryReachesIt) {
  EXPECT_TRUE(Reach("path_allowlist: [/b, /a/x], base_directory: /a").uses_base);
  EXPECT_TRUE(Reach("path_allowlist: [/a/x, /b], base_directory: /a").uses_base);
  EXPECT_TRUE(Reach("path_allowlist: [/], base_directory: /a").uses_base);
  EXPECT_FALSE(Reach("path_allowlist: [/b], base_directory: /a").uses_base);
  EXPECT_FALSE(Reach("path_allowlist: [/b]").uses_base);
  EXPECT_FALSE(Reach("base_directory: /a").uses_base);
}

TEST(CapabilityReach, TakesNoArgumentWithAnEmptyList) {
  EXPECT_TRUE(Reach("only_arguments: []").takes_no_argument);
  EXPECT_FALSE(Reach("only_arguments: [x]").takes_no_argument);
  EXPECT_FALSE(Reach("").takes_no_argument);
}

TEST(CapabilityReach, AllowsNothingWithAnEmptyAllowlist) {
  for (const std::string list : {"path", "domain", "command"}) {
    EXPECT_TRUE(AllowsNothing(list + "_allowlist: []")) << list;
    EXPECT_FALSE(AllowsNothing(list + "_allowlist: [], when_absent: allow")) << list;
  }
  EXPECT_FALSE(AllowsNothing("path_allowlist: [/a]"));
  EXPECT_FALSE(AllowsNothing("domain_allowlist: [x.test]"));
  EXPECT_FALSE(AllowsNothing("command_allowlist: [git]"));
  EXPECT_FALSE(AllowsNothing(""));
}

TEST(CapabilityReach, AllowsNothingWithoutAnyArgumentForAConstraint) {
  for (const std::string list :
       {"path_allowlist: [/a]", "domain_allowlist: [x.test]", "command_allowlist: [git]"}) {
    EXPECT_TRUE(AllowsNothing(list + ", only_arguments: []")) << list;
    EXPECT_FALSE(AllowsNothing(list + ", only_arguments: [x]")) << list;
    EXPECT_FALSE(AllowsNothing(list + ", only_arguments: [], when_absent: allow")) << list;
  }
  EXPECT_FALSE(AllowsNothing("only_arguments: []"));
}

TEST(CapabilityReach, AllowsNothingWhereAPatternedKeyIsBarred) {
  const std::string query = "argument_patterns: {query: x}";
  EXPECT_TRUE(AllowsNothing(query + ", only_arguments: [note]"));
  EXPECT_TRUE(AllowsNothing(query + ", only_arguments: []"));
  EXPECT_FALSE(AllowsNothing(query + ", only_arguments: [note, Query]"));
  EXPECT_FALSE(AllowsNothing(query + ", only_arguments: [note], when_absent: allow"));
}

TEST(CapabilityReach, AllowsNothingWhereNoKeyCouldHoldTheCommand) {
  const std::string git = "command_allowlist: [git], only_arguments: ";
  EXPECT_TRUE(AllowsNothing(git + "[args]"));
  EXPECT_TRUE(AllowsNothing(git + "[env, shell]"));
  EXPECT_TRUE(AllowsNothing(git + "[x], argument_patterns: {x: a}"));
  EXPECT_FALSE(AllowsNothing(git + "[args, cmd]"));
  EXPECT_FALSE(AllowsNothing(git + "[command], argument_patterns: {command: git}"));
  EXPECT_FALSE(AllowsNothing(git + "[run], command_arguments: [run]"));
  EXPECT_FALSE(AllowsNothing(git + "[args], command_arguments: [args]"));
  EXPECT_FALSE(AllowsNothing(git + "[x]")) << "an object with a command in it";
}

// A program that looks like a path is judged as one, too.
TEST(CapabilityReach, AllowsNoProgramOutsideThePathAllowlist) {
  const std::string ls = "command_allowlist: [/bin/ls], ";
  EXPECT_TRUE(AllowsNothing(ls + "path_allowlist: [/a]"));
  EXPECT_TRUE(AllowsNothing(ls + "path_allowlist: ['/bin/*/x']"));
  EXPECT_FALSE(AllowsNothing(ls + "path_allowlist: [/bin]"));
  EXPECT_FALSE(AllowsNothing(ls + "domain_allowlist: [x.test]"));
  EXPECT_FALSE(AllowsNothing("command_allowlist: [ls], path_allowlist: [/a]"));
  EXPECT_FALSE(AllowsNothing("command_allowlist: [/bin/ls, ls], path_allowlist: [/a]"));
}

TEST(CapabilityReach, HidesWhateverItHasNoListFor) {
  EXPECT_TRUE(HidesPaths("only_arguments: [mode], argument_patterns: {mode: x}"));
  EXPECT_TRUE(HidesDomains("only_arguments: [mode], argument_patterns: {mode: x}"));
  EXPECT_TRUE(HidesCommands(""));
  EXPECT_FALSE(HidesCommands("command_allowlist: [git]"));
  EXPECT_TRUE(HidesCommands("command_allowlist: [git], free_arguments: [runcmd]"));
  EXPECT_FALSE(HidesCommands("command_allowlist: [git], free_arguments: [note]"));
}

TEST(CapabilityReach, HidesNothingWhereEachArgumentIsAStringThatIsJudged) {
  const std::string mode = ", only_arguments: [mode], argument_patterns: {mode: x}";
  EXPECT_FALSE(HidesPaths("path_allowlist: [/a]" + mode));
  EXPECT_FALSE(HidesDomains("domain_allowlist: [x.test]" + mode));
  EXPECT_TRUE(HidesPaths("path_allowlist: [/a], argument_patterns: {mode: x}"));
  EXPECT_TRUE(HidesDomains("domain_allowlist: [x.test], argument_patterns: {mode: x}"));
}

TEST(CapabilityReach, HidesWhatAnObjectCouldHold) {
  EXPECT_TRUE(HidesPaths("path_allowlist: [/a], only_arguments: [mode]"));
  EXPECT_TRUE(HidesDomains("domain_allowlist: [x.test], only_arguments: [mode]"));
  EXPECT_TRUE(HidesPaths("path_allowlist: [/a], only_arguments: [command]"));
}

TEST(CapabilityReach, HidesWhatDenyEntriesSeeInACommand) {
  const std::string git = "command_allowlist: [git], ";
  EXPECT_TRUE(HidesPaths(git + "path_allowlist: [/a], only_arguments: [command, args]"));
  EXPECT_TRUE(HidesDomains(git + "domain_allowlist: [x.test], only_arguments: [command, args]"));
  const std::string run = ", only_arguments: [run], argument_patterns: {run: x}";
  EXPECT_TRUE(HidesPaths("path_allowlist: [/a], command_arguments: [run]" + run));
  EXPECT_FALSE(HidesPaths("path_allowlist: [/a]" + run));
}

TEST(CapabilityReach, TakesSeveralCommandsWhereAKeyCouldHoldThem) {
  const auto takes_several = [](const std::string& constraints) {
    return test::Constrained(constraints)[0].reach.takes_several;
  };
  EXPECT_FALSE(takes_several(""));
  EXPECT_TRUE(takes_several("command_allowlist: [git]"));
  EXPECT_TRUE(takes_several("command_allowlist: [git], only_arguments: [commands]"));
  EXPECT_FALSE(takes_several("command_allowlist: [git], only_arguments: [args]"));
}

TEST(CapabilityReach, HidesWhatIsExemptOrFreed) {
  const std::string paths = "path_allowlist: [/a], ";
  const std::string domains = "domain_allowlist: [x.test], ";
  const std::string query = "only_arguments: [query], argument_patterns: {query: x}";
  EXPECT_TRUE(HidesPaths(paths + query)) << "query is exempt from the value rule";
  EXPECT_TRUE(HidesDomains(domains + query));
  EXPECT_FALSE(HidesPaths(paths + query + ", path_arguments: [query]"));
  EXPECT_FALSE(HidesDomains(domains + query + ", domain_arguments: [query]"));
  const std::string ip = "only_arguments: [ip], argument_patterns: {ip: x}";
  EXPECT_TRUE(HidesDomains(domains + ip)) << "deny entries see hosts there";
  EXPECT_FALSE(HidesDomains(domains + ip + ", domain_arguments: [ip]"));
  EXPECT_FALSE(HidesDomains(domains + "only_arguments: [host], argument_patterns: {host: x}"));
  const std::string mode = "only_arguments: [mode], argument_patterns: {mode: x}";
  EXPECT_TRUE(HidesPaths(paths + mode + ", free_arguments: [mode]"));
  EXPECT_TRUE(HidesDomains(domains + mode + ", free_arguments: [mode]"));
}

TEST(CapabilityReach, HidesNothingUnderAnExemptWordThatEndsAPathKey) {
  const std::string text = "only_arguments: [codePath], argument_patterns: {codePath: x}";
  EXPECT_FALSE(HidesPaths("path_allowlist: [/a], " + text));
}

}  // namespace
}  // namespace callgate::policy
