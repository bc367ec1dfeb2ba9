#include "core/policy/counterexample/witness.h"

#include <gtest/gtest.h>

#include "callgate/json.h"
#include "core/policy/containment.h"
#include "core/policy/evaluate/evaluate.h"
#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Reaching;

constexpr std::size_t kPlenty = 50'000;

bool Allows(const Reaching& context, const Witness& witness) {
  return Evaluate(*context.context, witness.tool, json::Parse(witness.arguments)->root()).allowed;
}

// The arguments of the first witness that is found; "uncovered" where none is, "" where the child
// is within the parent. What is found holds on both sides.
std::string Shown(const Reaching& parent, const Reaching& child, std::size_t trials = kPlenty) {
  std::string shown;
  TrialBudget budget(trials);
  ForEachUncovered(parent.reach, child.reach, [&](const Uncovered& uncovered) {
    const auto witness = FindWitness(parent.reach, child.reach, uncovered, budget);
    shown = witness ? witness->arguments : "uncovered";
    if (witness) {
      EXPECT_TRUE(Allows(child, *witness)) << witness->arguments;
      EXPECT_FALSE(Allows(parent, *witness)) << witness->arguments;
    }
    return !witness;
  });
  return shown;
}

std::string Shown(const std::string& parent, const std::string& child) {
  return Shown(test::Constrained(parent), test::Constrained(child));
}

TEST(TrialBudget, GivesAsManyTrialsAsItHas) {
  TrialBudget budget(2);
  EXPECT_FALSE(budget.spent());
  EXPECT_TRUE(budget.Take(1));
  EXPECT_TRUE(budget.Take(1));
  EXPECT_TRUE(budget.spent());
  EXPECT_FALSE(budget.Take(1));
  EXPECT_FALSE(budget.Take(1));
  EXPECT_TRUE(budget.spent());
}

TEST(TrialBudget, TakesWhatIsLeftForMore) {
  TrialBudget budget(3);
  EXPECT_TRUE(budget.Take(5));
  EXPECT_TRUE(budget.spent());
}

TEST(TrialBudget, GivesAPartAndTakesBackWhatIsLeftOfIt) {
  TrialBudget budget(10);
  TrialBudget part = budget.Part(8);
  EXPECT_TRUE(part.Take(5));
  TrialBudget rest = budget.Part(8);
  EXPECT_TRUE(budget.spent()) << "two were left";
  budget.GiveBack(part);
  EXPECT_TRUE(budget.Take(3));
  EXPECT_TRUE(budget.spent());
  EXPECT_FALSE(rest.spent());
}

TEST(Witness, IsAValueThatOnlyTheChildAllows) {
  EXPECT_EQ(Shown("path_allowlist: [/a]", "path_allowlist: [/a]"), "");
  EXPECT_EQ(Shown("path_allowlist: [/a]", "path_allowlist: [/b]"), R"({"path":"/b"})");
  EXPECT_EQ(Shown("domain_allowlist: [x.test]", "domain_allowlist: [y.test]"),
            R"({"url":"https://y.test/"})");
  EXPECT_EQ(Shown("command_allowlist: [git]", "command_allowlist: [ls]"), R"({"command":"ls"})");
}

TEST(Witness, IsMadeOfTheEntriesThatNoOneElseAllows) {
  EXPECT_EQ(Shown("path_allowlist: [/a]", "path_allowlist: [/a, /b]"), R"({"path":"/b"})");
  std::string hosts;
  for (int i = 0; i < 100; ++i) hosts += "h" + std::to_string(i) + ".test, ";
  EXPECT_EQ(Shown("domain_allowlist: [" + hosts + "x.test]",
                  "domain_allowlist: [" + hosts + "x.test, y.test]"),
            R"({"url":"https://y.test/"})");
  EXPECT_EQ(Shown(test::Constrained("", "'t:/a'"), test::Constrained("")), R"({"path":"/a"})");
}

TEST(Witness, IsAToolThatTheParentDoesNotHave) {
  EXPECT_EQ(Shown(Reaching("{tool_pattern: a}"), Reaching("{tool_pattern: b}")), "{}");
}

TEST(Witness, IsAnArgumentThatTheParentDoesNotList) {
  EXPECT_EQ(Shown("only_arguments: [a]", "only_arguments: [a, b]"), R"({"b":1})");
  EXPECT_EQ(Shown("only_arguments: [a]", ""), R"({"x-plain":1})");
}

TEST(Witness, IsAbsenceThatOnlyTheChildAllows) {
  EXPECT_EQ(Shown("path_allowlist: [/a]", "path_allowlist: [/a], when_absent: allow"), "{}");
}

TEST(Witness, IsARelativePathFromAnotherBase) {
  EXPECT_EQ(Shown("path_allowlist: [/a]", "path_allowlist: [/a], base_directory: /a"),
            R"({"x-holder":[{"path":"."}]})");
}

TEST(Witness, IsAValueUnderAKeyThatOnlyOneSideJudges) {
  EXPECT_EQ(Shown("path_allowlist: [/a], path_arguments: [tree]", "path_allowlist: [/a]"),
            R"({"path":"/a","tree":""})");
  EXPECT_EQ(Shown("path_allowlist: [/a]", "path_allowlist: [/a], free_arguments: [src]"),
            R"({"path":"/a","src":"/x-unlisted"})");
}

TEST(Witness, IsACommandThatIsReadInAnotherWay) {
  EXPECT_NE(Shown("command_allowlist: [git]", "command_allowlist: [git], exec: argv"), "uncovered");
  EXPECT_NE(Shown("command_allowlist: [git], subcommand_allowlist: {git: [status]}",
                  "command_allowlist: [git]"),
            "uncovered");
}

TEST(Witness, IsAStringThatAPatternOfTheParentRefuses) {
  EXPECT_EQ(Shown("argument_patterns: {mode: r}", "argument_patterns: {mode: 'r|w'}"), "uncovered")
      << "strings are not made from expressions";
  EXPECT_NE(Shown("argument_patterns: {mode: r}, when_absent: allow", ""), "uncovered");
}

TEST(Witness, FiresTheDenyEntryOfTheParentAlone) {
  for (const std::string entry : {"t", "'t:/a'", "'t:x.test'", "'t:rm'"}) {
    EXPECT_NE(Shown(test::Constrained("", entry), test::Constrained("")), "uncovered") << entry;
  }
  EXPECT_EQ(Shown(test::Constrained("", "t"), test::Constrained("", "t")), "");
}

TEST(Witness, GoesThroughTheCapabilityInQuestion) {
  // The first allows calls that no drafted string matches; the second, the same without one.
  const Reaching child(
      "{tool_pattern: t, path_allowlist: [/a], argument_patterns: {mode: 'x{40}'}}, "
      "{tool_pattern: t, path_allowlist: [/a]}");
  const Reaching parent("{tool_pattern: u}");
  std::string found;
  TrialBudget budget(kPlenty);
  ForEachUncovered(parent.reach, child.reach, [&](const Uncovered& uncovered) {
    const auto witness = FindWitness(parent.reach, child.reach, uncovered, budget);
    found += std::to_string(uncovered.capability) + (witness ? "+" : "-");
    return true;
  });
  EXPECT_EQ(found, "0-1+");
}

// Each capability of the parent that allows the call has to be made to refuse it.
TEST(Witness, PassesEveryCapabilityOfTheParent) {
  const Reaching parent(
      "{tool_pattern: t, only_arguments: [path, a], path_allowlist: [/a]}, "
      "{tool_pattern: t, only_arguments: [path, b], path_allowlist: [/a]}");
  EXPECT_EQ(Shown(parent, test::Constrained("path_allowlist: [/a]")),
            R"({"path":"/a","x-plain":1})");
  const Reaching apart(
      "{tool_pattern: t, only_arguments: [a, c]}, {tool_pattern: t, only_arguments: [b, c]}");
  EXPECT_EQ(Shown(apart, test::Constrained("only_arguments: [a, b, c]")), R"({"b":1,"a":1})")
      << "an argument for each";
}

TEST(Witness, IsNotSoughtBeyondTheBudget) {
  const Reaching parent = test::Constrained("path_allowlist: [/a], path_arguments: [tree]");
  const Reaching child = test::Constrained("path_allowlist: [/a]");
  EXPECT_EQ(Shown(parent, child, 0), "uncovered");
  EXPECT_EQ(Shown(parent, child, 1), "uncovered");
  EXPECT_EQ(Shown(test::Constrained("only_arguments: [a]"), test::Constrained(""), 1), "uncovered")
      << "the second call would show it";
  EXPECT_NE(Shown(parent, child), "uncovered");
}

}  // namespace
}  // namespace callgate::policy
