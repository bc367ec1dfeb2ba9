#include "core/policy/counterexample/candidate_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Constrained;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

JsonTexts Paths(const std::string& constraints) {
  return AllowedPaths(Constrained(constraints)[0].capability);
}
JsonTexts Domains(const std::string& constraints) {
  return AllowedDomains(Constrained(constraints)[0].capability);
}
Keys KeysFor(const std::string& constraints, KeyClasses key_class) {
  return KeysOf(Constrained(constraints)[0].capability, key_class);
}

TEST(CandidateValues, AllowedPathsReachEveryEntryAndBelow) {
  EXPECT_THAT(Paths(""), IsEmpty());
  EXPECT_THAT(Paths("path_allowlist: [/a, '/b/*']"),
              ElementsAre(R"("/a")", R"("/a/x-unlisted")", R"("/b/x-unlisted")",
                          R"("/b/x-unlisted/x-unlisted")"));
  EXPECT_THAT(Paths("path_allowlist: [/]"), ElementsAre(R"("/")", R"("/x-unlisted")"));
}

TEST(CandidateValues, AllowedPathsAreRelativeBelowTheBase) {
  EXPECT_THAT(
      Paths("path_allowlist: [/a/b, /c], base_directory: /a"),
      ElementsAre(R"("/a/b")", R"("/a/b/x-unlisted")", R"("/c")", R"("/c/x-unlisted")", R"("b")"));
  EXPECT_THAT(Paths("path_allowlist: [/a], base_directory: /a"),
              ElementsAre(R"("/a")", R"("/a/x-unlisted")", R"(".")", R"("x-unlisted")"));
}

TEST(CandidateValues, AllowedDomainsStandBareAndInUrls) {
  EXPECT_THAT(Domains(""), IsEmpty());
  EXPECT_THAT(Domains("domain_allowlist: [x.test]"),
              ElementsAre(R"("https://x.test/")", R"("x.test")", R"("http://x.test/")"));
  EXPECT_THAT(Domains("domain_allowlist: ['*.x.test']"), Contains(R"("x-unlisted.x.test")"));
}

TEST(CandidateValues, AllowedDomainsWithAPortShowItUnlessItIsTheDefault) {
  EXPECT_THAT(Domains("domain_allowlist: ['x.test:8443']"),
              ElementsAre(R"("https://x.test:8443/")", R"("x.test:8443")"));
  EXPECT_THAT(Domains("domain_allowlist: ['x.test:443']"), Contains(R"("https://x.test/")"));
  EXPECT_THAT(Domains("domain_allowlist: ['x.test:80']"), Contains(R"("http://x.test/")"));
}

TEST(CandidateValues, DeniedPathsAreTheDeeperOfWhereBothReach) {
  const auto denied = [](const std::string& entry, const std::string& constraints) {
    return DeniedPaths(test::Path(entry), Constrained(constraints)[0].capability);
  };
  EXPECT_THAT(denied("/a", ""), Contains(R"("/a")"));
  EXPECT_THAT(denied("/a", "path_allowlist: [/a/b]"), Contains(R"("/a/b")"));
  EXPECT_THAT(denied("/a", "path_allowlist: [/b/c]"), Not(Contains(R"("/b/c")")));
  EXPECT_THAT(denied("/a/b", "base_directory: /a"), Contains(R"("b")"));
  EXPECT_THAT(denied("/a/b", "base_directory: /a"), Contains(R"("./b")"));
  EXPECT_THAT(denied("/a/b", "base_directory: /c"), Not(Contains(R"("b")")));
}

TEST(CandidateValues, DeniedDomainsReachTheApexOfAWildcard) {
  const auto denied = [](const std::string& entry, const std::string& constraints = "") {
    return DeniedDomains(test::Domain(entry), Constrained(constraints)[0].capability);
  };
  EXPECT_THAT(denied("*.x.test"), Contains(R"("x.test")"));
  EXPECT_THAT(denied("*.x.test"), Contains(R"("x-unlisted.x.test")"));
  EXPECT_THAT(denied("x.test"), Contains(R"("x.test")"));
  EXPECT_THAT(denied("loopback"), Contains(R"("http://[::]/")"));
  EXPECT_THAT(denied("loopback"), Contains(R"("localhost")"));
  EXPECT_THAT(denied("10.0.0.0/8", "domain_allowlist: [10.2.0.0/16]"), Contains(R"("10.2.0.0")"));
}

TEST(CandidateValues, AllowedAddressesAreTheEndsOfTheirBlocks) {
  EXPECT_THAT(Domains("domain_allowlist: [192.0.2.0/24]"), Contains(R"("192.0.2.255")"));
  EXPECT_THAT(Domains("domain_allowlist: ['2001:db8::/32']"), Contains(R"("[2001:db8::]")"));
  EXPECT_THAT(Domains("domain_allowlist: ['*']"), Contains(R"("x-unlisted")"));
}

TEST(CandidateValues, KeysAreThoseOfTheClassThatAreNotFreed) {
  const Keys keys = KeysFor("path_arguments: [tree]", kPathKey);
  EXPECT_EQ(keys.front(), "path");
  EXPECT_THAT(keys, Contains("tree"));
  EXPECT_THAT(keys, Not(Contains("url")));
  EXPECT_THAT(KeysFor("free_arguments: [path]", kPathKey), Not(Contains("path")));
  EXPECT_THAT(KeysFor("argument_patterns: {path: x}", kPathKey), Not(Contains("path")));
}

TEST(CandidateValues, KeysThatOnlyArgumentsListsComeFirst) {
  EXPECT_EQ(KeysFor("only_arguments: [note, outputDir]", kPathKey).front(), "outputDir");
  EXPECT_THAT(KeysFor("only_arguments: [path, note]", kPathKey),
              testing::Contains("path").Times(1));
}

TEST(CandidateValues, KeysThatAnotherClassJudgesTooComeLast) {
  EXPECT_EQ(KeysFor("domain_arguments: [path]", kPathKey).back(), "path");
}

TEST(CandidateValues, SpellingsAreCutIntoOtherWords) {
  EXPECT_THAT(Spellings("runcmd"), Contains("runCmd"));
  EXPECT_THAT(Spellings("runcommandline"), Contains("runCommandline"));
  EXPECT_THAT(Spellings("tree"), ElementsAre("tree", "tRee", "treE"));
  EXPECT_THAT(Spellings("_"), ElementsAre("_"));
  EXPECT_THAT(Spellings("cmd"), Not(Contains("Cmd")));
}

TEST(CandidateValues, CommandsBeginWithTheWordsInEveryForm) {
  const auto one = Constrained("command_allowlist: [git status]");
  const auto commands = CommandsBeginning(one[0].capability, {"git", "status"});
  EXPECT_EQ(commands.front(), (Fragment{{"command", R"("git status")"}}));
  EXPECT_THAT(commands, Contains(Fragment{{"command", R"(["git","status"])"}}));
  EXPECT_THAT(commands, Contains(Fragment{{"command", R"("git")"}, {"args", R"(["status"])"}}));
  EXPECT_THAT(commands, Contains(Fragment{{"command", R"("git status x-unlisted")"}}));
}

TEST(CandidateValues, CommandsTakeTheArgumentsKeyThatIsListed) {
  const auto one = Constrained("command_allowlist: [git], only_arguments: [cmd, extraFlags, note]");
  EXPECT_THAT(CommandsBeginning(one[0].capability, {"git"}),
              Contains(Fragment{{"cmd", R"("git")"}, {"extraFlags", "[]"}}));
}

Fragment Matching(const std::string& constraints) {
  const auto one = Constrained(constraints);
  return MatchingArguments(one[0].capability, one[0].reach.commands.at(0));
}

TEST(CandidateValues, MatchingArgumentsMatchTheirPatterns) {
  EXPECT_THAT(Matching("argument_patterns: {mode: 'r|rw', n: '[0-9]+'}"),
              ElementsAre(Pair("mode", R"("r")"), Pair("n", R"("1")")));
  EXPECT_THAT(Matching("argument_patterns: {mode: 'x{40}'}"), IsEmpty()) << "none is found";
}

TEST(CandidateValues, MatchingArgumentsKeepToOtherConstraints) {
  EXPECT_THAT(Matching("argument_patterns: {path: '.*'}, path_allowlist: [/b]"),
              ElementsAre(Pair("path", R"("/b")")));
  EXPECT_THAT(Matching("argument_patterns: {url: '.*'}, domain_allowlist: [x.test]"),
              ElementsAre(Pair("url", R"("https://x.test/")")));
  EXPECT_THAT(Matching("argument_patterns: {command: '.*'}, command_allowlist: [git]"),
              ElementsAre(Pair("command", R"("git")")));
  EXPECT_THAT(Matching("argument_patterns: {path: '.*'}"),
              ElementsAre(Pair("path", R"("/x-unlisted")")));
  EXPECT_THAT(Matching("argument_patterns: {opt: '.*'}, path_allowlist: [/b]"),
              ElementsAre(Pair("opt", R"("/b")")));
  EXPECT_THAT(Matching("argument_patterns: {note: '.*'}, path_allowlist: [/b]"),
              ElementsAre(Pair("note", R"("a")")));
}

TEST(CandidateValues, MatchingArgumentsAreSpeltAsOnlyArgumentsListsThem) {
  EXPECT_THAT(Matching("argument_patterns: {mode: r}, only_arguments: [x, Mode]"),
              ElementsAre(Pair("Mode", R"("r")")));
  EXPECT_THAT(Matching("argument_patterns: {mode: r}, only_arguments: [x]"), IsEmpty());
}

TEST(CandidateValues, SatisfyingArgumentsTakeOneOfTheValuesInTurn) {
  const auto one = Constrained("argument_patterns: {path: x}, path_allowlist: [/b]");
  const CommandClass& any = one[0].reach.commands.at(0);
  EXPECT_THAT(SatisfyingArguments(one[0].capability, any, 0), ElementsAre(Pair("path", R"("/b")")));
  EXPECT_THAT(SatisfyingArguments(one[0].capability, any, 1),
              ElementsAre(Pair("path", R"("/b/x-unlisted")")));
}

TEST(CandidateValues, PatternedCommandsHoldTheSubcommandOfTheirClass) {
  const auto one = Constrained(
      "argument_patterns: {cmd: 'git .*'}, command_allowlist: [git], "
      "subcommand_allowlist: {git: [log, status]}");
  EXPECT_THAT(MatchingArguments(one[0].capability, one[0].reach.commands.at(0)),
              ElementsAre(Pair("cmd", R"("git log")")));
  EXPECT_THAT(MatchingArguments(one[0].capability, one[0].reach.commands.at(1)),
              ElementsAre(Pair("cmd", R"("git status")")));
}

TEST(CandidateValues, PatternedKeysAreWhatTheCapabilityAddsThemFor) {
  EXPECT_THAT(Matching("argument_patterns: {tree: '.*'}, path_arguments: [tree], "
                       "path_allowlist: [/b]"),
              ElementsAre(Pair("tree", R"("/b")")));
}

}  // namespace
}  // namespace callgate::policy
