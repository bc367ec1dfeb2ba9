#include "core/policy/counterexample/candidate_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> Calls(const std::string& constraints, const Fragment& patterned = {},
                               const FurtherPieces& further = {}, std::size_t most = 10'000) {
  const test::Reaching one = test::Constrained(constraints);
  std::vector<std::string> calls;
  ForEachCandidateCall(one[0].capability, one[0].reach.commands.at(0), patterned, further,
                       [&](const CallBuilder& call) {
                         calls.push_back(call.Json());
                         return calls.size() < most;
                       });
  return calls;
}

TEST(CandidateCalls, BeginWithTheEmptyCallWhereNothingIsNeeded) {
  EXPECT_THAT(Calls(""), ElementsAre("{}"));
}

TEST(CandidateCalls, BeginWithWhatTheListsAllow) {
  EXPECT_EQ(Calls("path_allowlist: [/a]").front(), R"({"path":"/a"})");
  EXPECT_EQ(Calls("domain_allowlist: [x.test]").front(), R"({"url":"https://x.test/"})");
  EXPECT_EQ(Calls("command_allowlist: [git status]").front(), R"({"command":"git status"})");
  EXPECT_EQ(Calls("path_allowlist: [/a], domain_allowlist: [x.test]").front(),
            R"({"path":"/a","url":"https://x.test/"})");
}

TEST(CandidateCalls, BeginWithAbsenceWhereThatIsAllowed) {
  const auto calls = Calls("path_allowlist: [/a], when_absent: allow");
  EXPECT_EQ(calls.front(), "{}");
  EXPECT_THAT(calls, Contains(R"({"path":"/a"})"));
}

TEST(CandidateCalls, GiveEachValueAndEachKey) {
  const auto calls = Calls("path_allowlist: [/a, /b]");
  EXPECT_THAT(calls, Contains(R"({"path":"/b"})"));
  EXPECT_THAT(calls, Contains(R"({"file":"/a"})"));
}

TEST(CandidateCalls, HoldThePatternedArguments) {
  EXPECT_EQ(
      Calls("path_allowlist: [/a], argument_patterns: {mode: r}", {{"mode", "\"r\""}}).front(),
      R"({"mode":"r","path":"/a"})");
  EXPECT_EQ(Calls("argument_patterns: {mode: r}, when_absent: allow", {{"mode", "\"r\""}}).front(),
            "{}")
      << "absence may be allowed";
  EXPECT_THAT(Calls("argument_patterns: {path: /a}, path_allowlist: [/a]", {{"path", "\"/a\""}}),
              Contains(R"({"path":"/a"})"))
      << "a pattern may give the path already";
}

TEST(CandidateCalls, HoldFurtherPieces) {
  const FurtherPieces further = {{{{"p", "1"}}}, {{{"d", "2"}}}, {{{"c", "3"}}}};
  const auto calls = Calls("command_allowlist: [git]", {}, further);
  EXPECT_THAT(calls, Contains(HasSubstr(R"("p":1)")));
  EXPECT_THAT(calls, Contains(HasSubstr(R"("d":2)")));
  EXPECT_THAT(calls, Contains(HasSubstr(R"("c":3)")));
}

TEST(CandidateCalls, LeaveOutWhatFitsNowhere) {
  const auto calls = Calls(
      "path_allowlist: [/a], only_arguments: [mode, path], "
      "argument_patterns: {mode: x}");
  EXPECT_THAT(calls, Contains(R"({"path":"/a"})"));
  EXPECT_THAT(calls, Contains(R"({"path":[{"file":"/a"}]})"));
  EXPECT_THAT(calls, Not(Contains(R"({"file":"/a"})")));
}

TEST(CandidateCalls, NeverLackAPieceThatFitsNowhere) {
  const std::string mode = ", only_arguments: [mode], argument_patterns: {mode: x}";
  EXPECT_THAT(Calls("path_allowlist: [/a]" + mode), ElementsAre("{}"));
  EXPECT_THAT(Calls("domain_allowlist: [x.test]" + mode), ElementsAre("{}"));
  EXPECT_THAT(Calls("command_allowlist: [git], only_arguments: [args]"), ElementsAre("{}"));
  EXPECT_THAT(Calls("only_arguments: []", {{"mode", "1"}}), testing::IsEmpty());
}

TEST(CandidateCalls, EndWhenNoMoreAreTaken) {
  EXPECT_EQ(Calls("path_allowlist: [/a, /b]", {}, {}, 2).size(), 2u);
}

TEST(CandidateCalls, AreBounded) {
  std::string many = "path_allowlist: [/p0";
  for (int i = 1; i < 60; ++i) many += ", /p" + std::to_string(i);
  std::string hosts = "], domain_allowlist: [h0.test";
  for (int i = 1; i < 60; ++i) hosts += ", h" + std::to_string(i) + ".test";
  EXPECT_EQ(Calls(many + hosts + "]").size(), 1024u);
}

}  // namespace
}  // namespace callgate::policy
