#include "core/policy/inclusion/equivalence_classes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::CompileOne;
using test::Constrained;
using test::Patterns;
using testing::ElementsAre;
using testing::IsEmpty;

std::shared_ptr<const Context> On(const std::string& patterns, const std::string& denied = "") {
  std::string capabilities;
  std::string rest = patterns + ",";
  for (std::size_t end = rest.find(','); end != std::string::npos; end = rest.find(',')) {
    capabilities += "{tool_pattern: '" + rest.substr(0, end) + "'},";
    rest.erase(0, end + 1);
  }
  return CompileOne("{name: c, capabilities: [" + capabilities + "], deny_list: [" + denied + "]}");
}

TEST(ToolClasses, AnExactPatternIsOneName) {
  const auto a = On("fs.read");
  EXPECT_THAT(ToolClasses(*a, *a).Of(Patterns("fs.read")), ElementsAre("fs.read"));
}

TEST(ToolClasses, APrefixHoldsAFreshNameAndThoseWrittenBelow) {
  const auto a = On("fs.*,fs.read");
  const auto b = On("fs.x,fsx");
  EXPECT_THAT(ToolClasses(*a, *b).Of(Patterns("fs.*")), ElementsAre("fs.a", "fs.read", "fs.x"));
}

TEST(ToolClasses, APrefixHoldsAFreshNameBelowEachDeeperPrefix) {
  const auto a = On("fs.*");
  const auto b = On("fs.read.*", "fs.read.deep, 'web.*'");
  EXPECT_THAT(ToolClasses(*a, *b).Of(Patterns("fs.*")),
              ElementsAre("fs.x", "fs.read.x", "fs.read.deep"));
}

TEST(ToolClasses, AStarHoldsANameThatNoPrefixMatches) {
  const auto a = On("*,x");
  const auto b = On("a.*");
  EXPECT_THAT(ToolClasses(*a, *b).Of(Patterns("*")), ElementsAre("a", "a.x", "x"));
}

TEST(ToolClasses, TheNameThatAPrefixEndsInIsNotBelowIt) {
  const auto a = On("fs.*,fs.");
  EXPECT_THAT(ToolClasses(*a, *a).Of(Patterns("fs.*")), ElementsAre("fs.x"));
}

TEST(ToolClasses, NoFreshNameIsLeftWhereAllAreWritten) {
  const std::string stem(127, 'p');
  std::string all = stem.substr(1) + ".*";
  for (const char c : std::string("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_:/-.")) {
    all += "," + stem.substr(1) + "." + c;
  }
  const auto a = On(all);
  const auto names = ToolClasses(*a, *a).Of(Patterns(stem.substr(1) + ".*"));
  EXPECT_EQ(names.size(), 67u) << "each name that is written, and none else";
}

TEST(ToolClasses, AFreshNameIsNoneThatIsWritten) {
  const auto a = On("*,x,a,b");
  EXPECT_THAT(ToolClasses(*a, *a).Of(Patterns("*")), ElementsAre("c", "a", "b", "x"));
}

TEST(ToolClasses, StemsNeedNoSeparator) {
  const auto a = On("fs*");
  const auto b = On("fs_r*,fs_read*,fs_read");
  EXPECT_THAT(ToolClasses(*a, *b).Of(Patterns("fs*")),
              ElementsAre("fsx", "fs_rx", "fs_readx", "fs_read"));
}

TEST(ToolClasses, AFreshNameIsBelowNoLongerStem) {
  // Each name of one more character is written; only below one of these does no pattern match.
  const std::string others = "abcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:/-.";
  std::string written = "p*,px";
  std::string below = "px*";
  for (const char c : others) {
    written += std::string(",p") + c;
    if (c != '7') below += std::string(",p") + c + '*';
  }
  const auto a = On(written);
  const auto b = On(below);
  const auto classes = ToolClasses(*a, *b).Of(Patterns("p*"));
  EXPECT_EQ(classes[0], "p7x");
}

TEST(ToolClasses, ThereIsNoFreshNameWhereAllAreBelowLongerStems) {
  std::string all = "p*";
  for (const char c : std::string("xabcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_:/-.")) {
    all += std::string(",p") + c + ",p" + c + '*';
  }
  const auto a = On(all);
  EXPECT_EQ(ToolClasses(*a, *a).Of(Patterns("p*")).size(), 2u * 67);
}

TEST(ToolClasses, SeveralPatternsHoldEachClassOnce) {
  const auto a = On("fs.*,fs.read,web.get");
  EXPECT_THAT(ToolClasses(*a, *a).Of(Patterns("web.get", "fs.read", "fs.*")),
              ElementsAre("fs.x", "fs.read", "web.get"));
}

std::string Classes(const std::string& constraints) {
  const test::Reaching one = Constrained(constraints);
  std::string text;
  for (const CommandClass& command_class : CommandClassesOf(one[0].capability)) {
    switch (command_class.kind) {
      case CommandClass::Kind::kAny:
        text += "any";
        break;
      case CommandClass::Kind::kAbsent:
        text += "absent";
        break;
      case CommandClass::Kind::kWords:
        for (const std::string_view word : command_class.words) {
          text += (text.empty() || text.back() == ';' ? "" : " ") + std::string(word);
        }
        break;
    }
    text += ';';
  }
  return text;
}

TEST(CommandClasses, WithoutAListAreOneForAll) {
  EXPECT_EQ(Classes(""), "any;");
  EXPECT_EQ(Classes("when_absent: allow"), "any;");
}

TEST(CommandClasses, AreTheEntriesAndAbsenceWhereAllowed) {
  EXPECT_EQ(Classes("command_allowlist: [git, npm test]"), "git;npm test;");
  EXPECT_EQ(Classes("command_allowlist: [git], when_absent: allow"), "absent;git;");
  EXPECT_EQ(Classes("command_allowlist: []"), "");
}

TEST(CommandClasses, AnEntryHeldToSubcommandsIsOneForEach) {
  EXPECT_EQ(Classes("command_allowlist: [git], subcommand_allowlist: {git: [status, diff]}"),
            "git status;git diff;");
  EXPECT_EQ(Classes("command_allowlist: [git], subcommand_allowlist: {git: []}"), "");
  EXPECT_EQ(Classes("command_allowlist: [git diff, git push, ls], "
                    "subcommand_allowlist: {git: [status, diff, diff]}"),
            "git diff;ls;");
}

TEST(Subcommands, AreThoseOfTheNameAndOfItsLastSegment) {
  const auto one = Constrained(
      "command_allowlist: [/bin/git, git, ls], "
      "subcommand_allowlist: {git: [status], /bin/git: [diff]}");
  const Capability& capability = one[0].capability;
  EXPECT_THAT(SubcommandsOf(capability, "git").listed, testing::Contains("status"));
  EXPECT_TRUE(SubcommandsOf(capability, "git").held);
  EXPECT_THAT(SubcommandsOf(capability, "/bin/git").listed, ElementsAre("diff", "status"));
  EXPECT_THAT(SubcommandsOf(capability, "/usr/bin/git").listed, ElementsAre("status"));
  EXPECT_FALSE(SubcommandsOf(capability, "ls").held);
  EXPECT_THAT(SubcommandsOf(capability, "ls").listed, IsEmpty());
  EXPECT_FALSE(SubcommandsOf(Constrained("command_allowlist: [git]")[0].capability, "git").held);
}

}  // namespace
}  // namespace callgate::policy
