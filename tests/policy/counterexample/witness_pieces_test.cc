#include "core/policy/counterexample/witness_pieces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Constrained;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;

std::vector<Fragment> Between(const std::string& inner, const std::string& outer) {
  const test::Reaching within = Constrained(inner);
  const test::Reaching around = Constrained(outer);
  return PiecesBetween(within[0], around[0],
                       FindGaps(around[0], within[0], within[0].reach.commands.at(0)));
}

TEST(PiecesBetween, AreNoneWithoutAGap) {
  EXPECT_THAT(Between("path_allowlist: [/a]", "path_allowlist: [/a]"), IsEmpty());
}

TEST(PiecesBetween, AreKeysThatOnlyTheInnerLists) {
  const auto pieces = Between("only_arguments: [a, b]", "only_arguments: [a]");
  EXPECT_THAT(pieces, Contains(Fragment{{"b", "1"}}));
  EXPECT_THAT(pieces, Not(Contains(Fragment{{"a", "1"}})));
  EXPECT_THAT(Between("", "only_arguments: [a]"), Contains(Fragment{{"x-plain", "1"}}));
}

TEST(PiecesBetween, AreValuesOfTheKindThatHasAGap) {
  EXPECT_THAT(Between("path_allowlist: [/b]", "path_allowlist: [/a]"),
              Contains(Fragment{{"path", "\"/b\""}}));
  EXPECT_THAT(Between("domain_allowlist: [y.test]", "domain_allowlist: [x.test]"),
              Contains(Fragment{{"url", "\"y.test\""}}));
  EXPECT_THAT(Between("command_allowlist: [ls]", "command_allowlist: [git]"),
              Contains(Fragment{{"shell", "true"}}));
  EXPECT_THAT(Between("", "argument_patterns: {mode: r}"), Contains(Fragment{{"mode", "1"}}));
}

TEST(PiecesBetween, AreValuesUnderEverySpellingOfAKeyThatOnlyOneJudges) {
  const auto pieces =
      Between("path_allowlist: [/a]", "path_allowlist: [/a], path_arguments: [tree]");
  EXPECT_THAT(pieces, Contains(Fragment{{"tree", "\"/a\""}}));
  EXPECT_THAT(pieces, Contains(Fragment{{"tRee", "\"/a\""}}));
}

// What could fire the parent's one entry, and no entry of the child.
std::vector<Fragment> Firing(const std::string& entry, const std::string& parent,
                             const std::string& child) {
  const test::Reaching around = Constrained(parent, entry);
  const test::Reaching within = Constrained(child);
  return PiecesFiring(around.context->deny_list.at(0), within[0], around.reach, within.reach);
}

TEST(PiecesFiring, AreWhatTheEntryNames) {
  EXPECT_THAT(Firing("'t:/a'", "", ""), Contains(Fragment{{"path", "\"/a\""}}));
  EXPECT_THAT(Firing("'t:x.test'", "", ""), Contains(Fragment{{"url", "\"x.test\""}}));
  EXPECT_THAT(Firing("'t:rm'", "", ""), Contains(Fragment{{"command", "\"rm\""}}));
  EXPECT_THAT(Firing("t", "", ""), IsEmpty());
}

TEST(PiecesFiring, AreRelativeFromTheBasesOfTheParent) {
  EXPECT_THAT(Firing("'t:/w/a'", "base_directory: /w", ""),
              Contains(Fragment{{"path", "\"./a\""}}));
  EXPECT_THAT(Firing("'t:/a'", "base_directory: /w", ""),
              Not(Contains(Fragment{{"path", "\"./a\""}})));
}

TEST(PiecesFiring, StandUnderKeysThatOneSideAddsAndThoseThatAreListed) {
  EXPECT_THAT(Firing("'t:/a'", "path_arguments: [tree]", ""),
              Contains(Fragment{{"tree", "\"/a\""}}));
  EXPECT_THAT(Firing("'t:x.test'", "", "domain_arguments: [mirror]"),
              Contains(Fragment{{"mirror", "\"x.test\""}}));
  EXPECT_THAT(Firing("'t:rm'", "", "only_arguments: [run]"), Contains(Fragment{{"run", "\"rm\""}}));
}

TEST(PiecesInstead, AreKeysThatOthersFree) {
  const test::Reaching inner = Constrained("path_allowlist: [/a], domain_allowlist: [x.test]");
  const test::Reaching outer = Constrained("free_arguments: [src]");
  const auto pieces = PiecesInstead(inner[0], inner[0].reach.commands.at(0), {outer[0]}, nullptr);
  EXPECT_THAT(pieces.paths, Contains(Fragment{{"src", "\"/a\""}}));
  EXPECT_THAT(pieces.domains, Contains(Fragment{{"src", "\"x.test\""}}));
  EXPECT_THAT(pieces.commands, IsEmpty());
}

TEST(PiecesInstead, AreKeysThatTheCapabilityAdds) {
  const test::Reaching inner = Constrained(
      "path_allowlist: [/a], path_arguments: [tree], command_allowlist: [git push], "
      "command_arguments: [run]");
  const auto pieces = PiecesInstead(inner[0], inner[0].reach.commands.at(0), {}, nullptr);
  EXPECT_THAT(pieces.paths, Contains(Fragment{{"tree", "\"/a\""}}));
  EXPECT_THAT(pieces.commands, Contains(Fragment{{"run", "\"git push\""}}));
  EXPECT_THAT(pieces.commands, Contains(Fragment{{"run", "\"git push\""}, {"args", "[]"}}));
}

TEST(PiecesInstead, AreCommandsThatTheEntryDenies) {
  const test::Reaching inner =
      Constrained("command_allowlist: [git, ls], when_absent: allow", "'t:git push'");
  const DenyEntry* const entry = &inner.context->deny_list.at(0);
  const auto pieces = PiecesInstead(inner[0], inner[0].reach.commands.at(0), {}, entry);
  EXPECT_THAT(pieces.commands, Contains(Fragment{{"command", "\"git push\""}}));
  EXPECT_THAT(pieces.commands, Not(Contains(Fragment{{"command", "\"ls\""}})));
}

}  // namespace
}  // namespace callgate::policy
