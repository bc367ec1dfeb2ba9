#include "core/policy/inclusion/subsumption.h"

#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Constrained;

// The first gap that one capability leaves of another, for the other's command at that position;
// empty where it leaves none.
std::string Gap(const std::string& outer, const std::string& inner, std::size_t command = 0) {
  const test::Reaching around = Constrained(outer);
  const test::Reaching within = Constrained(inner);
  const auto& commands = within[0].reach.commands;
  EXPECT_LT(command, commands.size()) << inner;
  return std::string(NameOf(FindGaps(around[0], within[0], commands.at(command))));
}

TEST(Subsumption, ACapabilityCoversItself) {
  for (const std::string constraints :
       {"", "path_allowlist: [/a, /b/*], base_directory: /a", "domain_allowlist: ['*.x.test']",
        "command_allowlist: [git status], exec: argv, command_arguments: [run]",
        "path_allowlist: [/a], path_arguments: [tree], free_arguments: [note]",
        "argument_patterns: {query: x}, only_arguments: [query], when_absent: allow",
        "rate_limit: {calls: 5, per_seconds: 10}, only_arguments: []"}) {
    EXPECT_EQ(Gap(constraints, constraints), "") << constraints;
  }
}

TEST(Subsumption, WithoutConstraintsCoversAll) {
  EXPECT_EQ(Gap("", "path_allowlist: [/a]"), "");
  EXPECT_EQ(Gap("", "domain_allowlist: [x.test]"), "");
  EXPECT_EQ(Gap("", "command_allowlist: [git]"), "");
  EXPECT_EQ(Gap("", "argument_patterns: {query: x}"), "");
}

TEST(Subsumption, LeavesAGapWhereOnlyOneSideIsConstrained) {
  EXPECT_EQ(Gap("path_allowlist: [/]", ""), "path_allowlist");
  EXPECT_EQ(Gap("domain_allowlist: ['*.test']", ""), "domain_allowlist");
  EXPECT_EQ(Gap("command_allowlist: [git]", ""), "command_allowlist");
  EXPECT_EQ(Gap("argument_patterns: {query: x}", ""), "argument_patterns");
  EXPECT_EQ(Gap("only_arguments: [a]", ""), "only_arguments");
  EXPECT_EQ(Gap("rate_limit: {calls: 1, per_seconds: 1}", ""), "rate_limit");
}

TEST(Subsumption, EveryPathEntryIsWithinOne) {
  EXPECT_EQ(Gap("path_allowlist: [/a, /b]", "path_allowlist: [/b/c, /a]"), "");
  EXPECT_EQ(Gap("path_allowlist: [/a]", "path_allowlist: [/a, /b]"), "path_allowlist");
  EXPECT_EQ(Gap("path_allowlist: [/a]", "path_allowlist: [/b, /a]"), "path_allowlist");
  EXPECT_EQ(Gap("path_allowlist: [/a/*]", "path_allowlist: [/a]"), "path_allowlist");
}

TEST(Subsumption, EveryDomainEntryIsWithinOne) {
  EXPECT_EQ(Gap("domain_allowlist: ['*.x.test', y.test]", "domain_allowlist: [y.test, a.x.test]"),
            "");
  EXPECT_EQ(Gap("domain_allowlist: [y.test]", "domain_allowlist: [y.test, x.test]"),
            "domain_allowlist");
}

TEST(Subsumption, RelativePathsNeedTheSameBase) {
  const std::string a = "path_allowlist: [/a]";
  EXPECT_EQ(Gap(a + ", base_directory: /a", a + ", base_directory: /a"), "");
  EXPECT_EQ(Gap(a, a + ", base_directory: /a"), "base_directory");
  EXPECT_EQ(Gap(a + ", base_directory: /a/b", a + ", base_directory: /a"), "base_directory");
  EXPECT_EQ(Gap("path_allowlist: [/], base_directory: /b", a + ", base_directory: /a"), "");
  EXPECT_EQ(Gap("path_allowlist: [/]", a + ", base_directory: /a"), "base_directory");
  EXPECT_EQ(Gap(a, a + ", base_directory: /b"), "") << "no relative path passes";
  EXPECT_EQ(Gap(a + ", base_directory: /a", a), "");
}

TEST(Subsumption, BothSidesFindValuesUnderTheSameKeys) {
  for (const std::string kind : {"path", "domain"}) {
    const std::string list = kind == "path" ? "path_allowlist: [/a]" : "domain_allowlist: [x.test]";
    const std::string added = list + ", " + kind + "_arguments: [tree]";
    EXPECT_EQ(Gap(added, added), "");
    EXPECT_EQ(Gap(list, added), "added keys") << kind;
    EXPECT_EQ(Gap(added, list), "added keys") << kind;
  }
}

TEST(Subsumption, WhatOnlyTheInnerFreesIsAGap) {
  for (const std::string list : {"path_allowlist: [/a]", "domain_allowlist: [x.test]"}) {
    const std::string freeing = list + ", free_arguments: [note]";
    EXPECT_EQ(Gap(freeing, freeing), "");
    EXPECT_EQ(Gap(list, freeing), "free_arguments");
    EXPECT_EQ(Gap(freeing, list), "when_absent") << "the outer finds nothing";
    EXPECT_EQ(Gap(freeing + ", when_absent: allow", list), "");
  }
}

TEST(Subsumption, CommandsBeginWithAnEntry) {
  EXPECT_EQ(Gap("command_allowlist: [git]", "command_allowlist: [git status]"), "");
  EXPECT_EQ(Gap("command_allowlist: [npm, git]", "command_allowlist: [git]"), "");
  EXPECT_EQ(Gap("command_allowlist: [git status]", "command_allowlist: [git]"),
            "command_allowlist");
  EXPECT_EQ(Gap("command_allowlist: [ls]", "command_allowlist: [/bin/ls]"), "command_allowlist");
}

TEST(Subsumption, CommandsAreReadInTheSameWay) {
  const std::string git = "command_allowlist: [git]";
  EXPECT_EQ(Gap(git, git + ", exec: argv"), "exec");
  EXPECT_EQ(Gap(git + ", exec: argv", git), "exec");
  EXPECT_EQ(Gap(git, git + ", command_arguments: [run]"), "added keys");
  EXPECT_EQ(Gap(git + ", command_arguments: [run]", git), "added keys");
  EXPECT_EQ(Gap(git, git + ", free_arguments: [runcmd]"), "free_arguments");
  EXPECT_EQ(Gap(git + ", free_arguments: [runcmd]", git), "free_arguments");
  EXPECT_EQ(Gap(git, git + ", free_arguments: [note]"), "");
}

TEST(Subsumption, CommandsKeepToTheSubcommandsOfTheOuter) {
  const std::string held = "command_allowlist: [git], subcommand_allowlist: {git: [status, diff]}";
  EXPECT_EQ(Gap(held, held, 0), "");
  EXPECT_EQ(Gap(held, held, 1), "");
  EXPECT_EQ(Gap(held, "command_allowlist: [git diff]"), "");
  EXPECT_EQ(Gap(held, "command_allowlist: [git]"), "subcommand_allowlist");
  EXPECT_EQ(Gap(held, "command_allowlist: [git push]"), "subcommand_allowlist");
}

// What follows the words that an entry matched is judged for paths.
TEST(Subsumption, WordsThatTheOuterTakesForPathsMustPass) {
  const std::string git = "command_allowlist: [git]";
  const std::string a = ", path_allowlist: [/a]";
  EXPECT_EQ(Gap(git + a, "command_allowlist: [git /a/x]" + a), "");
  EXPECT_EQ(Gap(git + a, "command_allowlist: [git /b]" + a), "command_allowlist");
  EXPECT_EQ(Gap("command_allowlist: [git /b]" + a, "command_allowlist: [git /b]" + a), "");
  EXPECT_EQ(Gap("command_allowlist: [git, git /b]" + a, "command_allowlist: [git /b]" + a), "");
  EXPECT_EQ(Gap("command_allowlist: [git /b, git]" + a, "command_allowlist: [git /b]" + a), "");
  EXPECT_EQ(Gap(git, "command_allowlist: [git /b]" + a), "");
  const std::string held = git + ", subcommand_allowlist: {git: [/b]}" + a;
  EXPECT_EQ(Gap(held, held), "") << "a subcommand is matched, too";
}

TEST(Subsumption, ACallWithoutACommandForTheInnerHasNoneForTheOuter) {
  const std::string git = "command_allowlist: [git], when_absent: allow";
  EXPECT_EQ(Gap(git, git), "");
  EXPECT_EQ(Gap(git, git + ", command_arguments: [run]"), "");
  EXPECT_EQ(Gap(git, git + ", exec: argv"), "");
  EXPECT_EQ(Gap(git + ", command_arguments: [run]", git), "added keys");
  EXPECT_EQ(Gap(git, git + ", free_arguments: [runcmd]"), "free_arguments");
  EXPECT_EQ(Gap(git + ", free_arguments: [runcmd]", git), "");
}

TEST(Subsumption, AnAddedKeyThatIsElseOfArgumentsIsAGap) {
  const std::string git = "command_allowlist: [git], when_absent: allow";
  for (const std::string key : {"args", "gitarguments", "argv", "moreflags"}) {
    const std::string added = git + ", command_arguments: [" + key + "]";
    EXPECT_EQ(Gap(git, added), "added keys") << key;
    EXPECT_EQ(Gap(added, added), "") << key;
  }
}

TEST(Subsumption, EveryPatternOfTheOuterStandsInTheInner) {
  const std::string query = "argument_patterns: {query: '[a-z]+'}";
  EXPECT_EQ(Gap(query, "argument_patterns: {mode: x, query: '[a-z]+'}"), "");
  EXPECT_EQ(Gap(query, "argument_patterns: {query: '[a-z]'}"), "argument_patterns");
  EXPECT_EQ(Gap(query, "argument_patterns: {mode: '[a-z]+'}"), "argument_patterns");
}

TEST(Subsumption, AbsenceThatTheInnerAllowsTheOuterAllows) {
  for (const std::string list : {"path_allowlist: [/a]", "domain_allowlist: [x.test]",
                                 "command_allowlist: [git]", "argument_patterns: {query: x}"}) {
    const std::string absent = list + ", when_absent: allow";
    EXPECT_EQ(Gap(absent, absent), "") << list;
    EXPECT_EQ(Gap(absent, list), "") << list;
    EXPECT_EQ(Gap(list, absent), "when_absent") << list;
  }
  EXPECT_EQ(Gap("", "path_allowlist: [/a], when_absent: allow"), "");
  const std::string git = "command_allowlist: [git]";
  EXPECT_EQ(Gap(git, git + ", when_absent: allow", 1), "") << "a command is there";
}

TEST(Subsumption, OnlyArgumentsAreWithinThoseOfTheOuter) {
  EXPECT_EQ(Gap("only_arguments: [a, b]", "only_arguments: [a]"), "");
  EXPECT_EQ(Gap("only_arguments: [a]", "only_arguments: [a, b]"), "only_arguments");
  EXPECT_EQ(Gap("", "only_arguments: [a]"), "");
}

TEST(Subsumption, ACapabilityWithoutArgumentsNeedsAbsenceAlone) {
  const std::string none = "only_arguments: [], when_absent: allow";
  EXPECT_EQ(Gap("only_arguments: [a]", none), "");
  EXPECT_EQ(Gap("path_allowlist: [/a], when_absent: allow", none), "");
  for (const std::string list : {"path_allowlist: [/a]", "domain_allowlist: [x.test]",
                                 "command_allowlist: [git]", "argument_patterns: {query: x}"}) {
    EXPECT_EQ(Gap(list, none), "when_absent") << list;
  }
  EXPECT_EQ(Gap("rate_limit: {calls: 1, per_seconds: 1}", none), "rate_limit");
}

TEST(Subsumption, ALimitKeepsThatOfTheOuterInEveryWindow) {
  const auto within = [](const std::string& inner, const std::string& outer) {
    const auto limit = [](const std::string& text) {
      return text.empty() ? "" : "rate_limit: {" + text + "}";
    };
    return IsRateWithin(Constrained(limit(inner))[0].capability,
                        Constrained(limit(outer))[0].capability);
  };
  EXPECT_TRUE(within("", ""));
  EXPECT_TRUE(within("calls: 5, per_seconds: 10", ""));
  EXPECT_FALSE(within("", "calls: 5, per_seconds: 10"));
  EXPECT_TRUE(within("calls: 5, per_seconds: 10", "calls: 5, per_seconds: 10"));
  EXPECT_TRUE(within("calls: 5, per_seconds: 20", "calls: 5, per_seconds: 10"));
  EXPECT_FALSE(within("calls: 6, per_seconds: 10", "calls: 5, per_seconds: 10"));
  EXPECT_TRUE(within("calls: 5, per_seconds: 10", "calls: 10, per_seconds: 20"));
  EXPECT_FALSE(within("calls: 5, per_seconds: 10", "calls: 10, per_seconds: 21"))
      << "three windows";
}

TEST(Subsumption, NamesTheFirstGapInTheOrderOfChecks) {
  EXPECT_EQ(NameOf({Constraint::kRateLimit, Constraint::kPathAllowlist}), "path_allowlist");
  EXPECT_EQ(NameOf({Constraint::kFreeArguments, Constraint::kDomainArguments}), "added keys");
  EXPECT_EQ(NameOf(ConstraintSet{}), "");
}

TEST(Subsumption, AddedKeysAreOneGapWhateverTheirClasses) {
  const ConstraintSet added = {Constraint::kPathArguments, Constraint::kDomainArguments,
                               Constraint::kCommandArguments};
  EXPECT_EQ(CountOf(added), 1u);
  EXPECT_EQ(CountOf({Constraint::kPathArguments, Constraint::kPathAllowlist}), 2u);
  EXPECT_EQ(CountOf(ConstraintSet{}), 0u);
}

}  // namespace
}  // namespace callgate::policy
