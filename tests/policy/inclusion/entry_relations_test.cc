#include "core/policy/inclusion/entry_relations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Command;
using test::DeniedPath;
using test::Path;
using testing::ElementsAre;
using testing::IsEmpty;

// Views are into the entries, which therefore live as long as the test.
bool IsWithin(std::string_view inner, std::string_view outer) {
  const PathEntry a = Path(inner);
  const PathEntry b = Path(outer);
  return PathSet::OfAllowed(a).IsWithin(PathSet::OfAllowed(b));
}

bool Meet(std::string_view a, std::string_view b) {
  const PathEntry one = Path(a);
  const PathEntry other = Path(b);
  const bool meet = PathSet::OfAllowed(one).Meets(PathSet::OfAllowed(other));
  EXPECT_EQ(PathSet::OfAllowed(other).Meets(PathSet::OfAllowed(one)), meet) << a << " " << b;
  return meet;
}

TEST(PathSet, IsWithinTheSameTreeAndThoseAround) {
  EXPECT_TRUE(IsWithin("/a", "/a"));
  EXPECT_TRUE(IsWithin("/a/b", "/a"));
  EXPECT_TRUE(IsWithin("/a/b", "/"));
  EXPECT_FALSE(IsWithin("/a", "/a/b"));
  EXPECT_FALSE(IsWithin("/", "/a"));
  EXPECT_FALSE(IsWithin("/ab", "/a"));
  EXPECT_FALSE(IsWithin("/b", "/a"));
}

TEST(PathSet, AStarStandsForAnySegmentOfTheOuterOnly) {
  EXPECT_TRUE(IsWithin("/a/b", "/*/b"));
  EXPECT_TRUE(IsWithin("/*/b", "/*/b"));
  EXPECT_TRUE(IsWithin("/*/b/c", "/*/b"));
  EXPECT_FALSE(IsWithin("/*/b", "/a/b"));
  EXPECT_FALSE(IsWithin("/a/c", "/*/b"));
}

TEST(PathSet, WithoutTheDirectoryItselfHoldsOnlyWhatIsBelow) {
  EXPECT_TRUE(IsWithin("/a/*", "/a"));
  EXPECT_TRUE(IsWithin("/a/*", "/a/*"));
  EXPECT_TRUE(IsWithin("/a/b", "/a/*"));
  EXPECT_TRUE(IsWithin("/a/b/*", "/a/*"));
  EXPECT_FALSE(IsWithin("/a", "/a/*"));
}

TEST(PathSet, OfADenyEntryHoldsTheDirectoryItself) {
  const PathEntry below = Path("/a/*");
  const PathEntry itself = Path("/a");
  EXPECT_TRUE(PathSet::OfAllowed(itself).IsWithin(PathSet::OfDenied(below)));
  EXPECT_FALSE(PathSet::OfAllowed(itself).IsWithin(PathSet::OfAllowed(below)));
}

TEST(PathSet, MeetsWhateverIsAboveOrBelow) {
  EXPECT_TRUE(Meet("/a", "/a"));
  EXPECT_TRUE(Meet("/a/b", "/a"));
  EXPECT_TRUE(Meet("/", "/a/b"));
  EXPECT_FALSE(Meet("/a", "/b"));
  EXPECT_FALSE(Meet("/a/b", "/a/c"));
}

TEST(PathSet, MeetsWhereEitherHasAStar) {
  EXPECT_TRUE(Meet("/*/b", "/a"));
  EXPECT_TRUE(Meet("/*/b", "/a/*/c"));
  EXPECT_TRUE(Meet("/a/*/c", "/a/b"));
  EXPECT_FALSE(Meet("/*/b", "/a/c"));
}

// What follows the base, as a relative path of the set; "-" where none does.
std::string SampleFrom(std::string_view path, std::string_view base) {
  const PathEntry entry = Path(path);
  const PathEntry around = Path(base);
  const auto rest = PathSet::OfAllowed(entry).From(around);
  return rest.empty() ? "-" : rest[0].Sample("new", false);
}

TEST(PathSet, FromABaseIsWhatFollowsIt) {
  EXPECT_EQ(SampleFrom("/a/b/c", "/a"), "b/c");
  EXPECT_EQ(SampleFrom("/a/*/c", "/a"), "new/c");
  EXPECT_EQ(SampleFrom("/a/*", "/a"), "new");
  EXPECT_EQ(SampleFrom("/a", "/a"), ".");
  EXPECT_EQ(SampleFrom("/*/b", "/a"), "b");
}

TEST(PathSet, FromABaseBelowIsAnyRelativePath) {
  const PathEntry entry = Path("/a/*");
  const PathEntry base = Path("/a/b/c");
  const auto rest = PathSet::OfAllowed(entry).From(base);
  ASSERT_EQ(rest.size(), 1);
  EXPECT_THAT(rest[0].segments, IsEmpty());
  EXPECT_FALSE(rest[0].below_only);
}

TEST(PathSet, FromABaseElsewhereIsNone) {
  EXPECT_EQ(SampleFrom("/a/b", "/b"), "-");
  EXPECT_EQ(SampleFrom("/a", "/b/c"), "-");
  EXPECT_EQ(SampleFrom("/*/b", "/a/c"), "-");
}

TEST(PathSet, JoinedToABaseBeginsWithIt) {
  const PathEntry base = Path("/w/x");
  const PathEntry entry = Path("/b/*");
  const PathSet joined = PathSet::OfAllowed(entry).JoinedTo(base);
  EXPECT_THAT(joined.segments, ElementsAre("w", "x", "b"));
  EXPECT_TRUE(joined.below_only);
  EXPECT_THAT(PathSet{}.JoinedTo(base).segments, ElementsAre("w", "x"));
}

// Of a deny entry within another, or of an entry that allows within one.
bool IsDeniedWithin(std::string_view inner, std::string_view outer) {
  const PathEntry a = DeniedPath(inner);
  const PathEntry b = DeniedPath(outer);
  return PathSet::OfDenied(a).IsWithin(PathSet::OfDenied(b));
}
bool IsAllowedDenied(std::string_view allowed, std::string_view denied) {
  const PathEntry a = Path(allowed);
  const PathEntry b = DeniedPath(denied);
  return PathSet::OfAllowed(a).IsWithin(PathSet::OfDenied(b));
}

TEST(PathSet, OfNamesThatAreDeniedIsWithinThoseAround) {
  for (const auto& [inner, outer] :
       std::initializer_list<std::pair<const char*, const char*>>{{"**/.env", "**/.env*"},
                                                                  {"**/.env", "**/.ENV"},
                                                                  {"/a/**/.git", "**/.git"},
                                                                  {"/a/**/.git", "/a"},
                                                                  {"/a/**/.git", "/a/*"},
                                                                  {"/a/b/**/.git", "/a/*/**/.git"},
                                                                  {"**/a/.git", "**/.git"},
                                                                  {"**/a/b/c", "**/b"},
                                                                  {"**/a/b/c", "/*/**/b"},
                                                                  {"/w/.git", "**/.git"},
                                                                  {"/w/.git/hooks", "**/.git"},
                                                                  {"/w/a/b", "**/A/B"},
                                                                  {"/a/.git/**/x", "**/.git"},
                                                                  {"**/x", "/*"}}) {
    EXPECT_TRUE(IsDeniedWithin(inner, outer)) << inner << " " << outer;
  }
  for (const auto& [inner, outer] :
       std::initializer_list<std::pair<const char*, const char*>>{{"**/.env*", "**/.env"},
                                                                  {"**/.git", "/a/**/.git"},
                                                                  {"/a", "/a/**/.git"},
                                                                  {"/w/*", "**/.git"},
                                                                  {"/w/*/x", "**/a/x"},
                                                                  {"**/b", "**/a/b"},
                                                                  {"**/a", "/*/**/a"},
                                                                  {"/a/**/b", "**/a/b"},
                                                                  {"/A/**/.git", "/a/**/.git"},
                                                                  {"**/.pem", "**/*.pem"}}) {
    EXPECT_FALSE(IsDeniedWithin(inner, outer)) << inner << " " << outer;
  }
}

TEST(PathSet, OfNamesThatAreAllowedIsWithinThoseAround) {
  for (const auto& [inner, outer] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/src/**/*.py", "/src"},
           {"/src/**/*.py", "/src/*"},
           {"/src/**/*.py", "/src/**/*.py"},
           {"/src/a/**/*.py", "/src/**/*.py"},
           {"/src/**/a.py", "/src/**/*.py"},
           {"/src/**/tests/*.py", "/src/**/*.py"},
           {"/src/**/tests/*.py", "/*/*/**/*.py"},
           {"/a/b/**/x", "/a/*/**/x"}}) {
    EXPECT_TRUE(IsWithin(inner, outer)) << inner << " " << outer;
  }
  for (const auto& [inner, outer] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/src", "/src/**/*.py"},
           {"/src/a.py", "/src/**/*.py"},
           {"/src/**/*.py", "/src/a"},
           {"/src/**/*.py", "/src/a/**/*.py"},
           {"/src/**/*.py", "/src/**/a.py"},
           {"/src/**/*.py", "/src/*/**/*.py"},
           {"/src/**/*.py", "/src/**/tests/*.py"},
           {"/src/**/*.PY", "/src/**/*.py"}}) {
    EXPECT_FALSE(IsWithin(inner, outer)) << inner << " " << outer;
  }
}

TEST(PathSet, ThatIsAllowedIsWithinNamesThatAreDenied) {
  EXPECT_TRUE(IsAllowedDenied("/w/.git", "**/.git"));
  EXPECT_TRUE(IsAllowedDenied("/w/.git/*", "**/.git"));
  EXPECT_TRUE(IsAllowedDenied("/w/**/.git", "**/.git"));
  EXPECT_TRUE(IsAllowedDenied("/w/**/.GIT", "**/.git"));
  EXPECT_TRUE(IsAllowedDenied("/w/.git/**/*.py", "**/.git"));
  EXPECT_FALSE(IsAllowedDenied("/w", "**/.git"));
  EXPECT_FALSE(IsAllowedDenied("/w/*", "**/.git"));
  // Of `/w/x:.pem` the entry sees `x`.
  EXPECT_FALSE(IsAllowedDenied("/w/**/*.pem", "**/*.pem"));
}

TEST(PathSet, MeetsNamesThatAreDeniedWhereverTheyMayLie) {
  const auto meets = [](std::string_view allowed, std::string_view denied) {
    const PathEntry a = Path(allowed);
    const PathEntry b = DeniedPath(denied);
    const auto common = PathSet::OfAllowed(a).CommonSample(PathSet::OfDenied(b), "new");
    EXPECT_EQ(PathSet::OfAllowed(a).Meets(PathSet::OfDenied(b)), common.has_value());
    if (common) {
      EXPECT_TRUE(a.Matches(*common)) << allowed << " " << *common;
      EXPECT_TRUE(b.MatchesDenied(*common)) << denied << " " << *common;
    }
    return common.has_value();
  };
  for (const char* allowed : {"/w", "/w/*", "/w/**/*.py", "/*", "/*/a", "/w/a/b/**/c"}) {
    for (const char* denied : {"**/.git", "/w/**/.env*", "/w/a", "/*/a/b", "/w/*", "**/a/b"}) {
      EXPECT_TRUE(meets(allowed, denied)) << allowed << " " << denied;
    }
  }
  EXPECT_FALSE(meets("/w", "/v/**/.git"));
  EXPECT_FALSE(meets("/w/**/*.py", "/v"));
}

TEST(PathSet, FromABaseHoldsTheNamesThatAreLeft) {
  const auto from = [](std::string_view entry, std::string_view base) {
    const PathEntry denied = DeniedPath(entry);
    const PathEntry directory = Path(base);
    std::vector<std::string> samples;
    for (const PathSet& rest : PathSet::OfDenied(denied).From(directory)) {
      samples.push_back((rest.at_once ? "at once " : "") + rest.Sample("new", false));
    }
    return samples;
  };
  EXPECT_THAT(from("**/.git", "/w"), ElementsAre(".git"));
  EXPECT_THAT(from("/w/a/**/.git", "/w"), ElementsAre("a/.git"));
  EXPECT_THAT(from("/v/**/.git", "/w"), IsEmpty());
  EXPECT_THAT(from("**/.git", "/w/.GIT/x"), ElementsAre("."));
  EXPECT_THAT(from("**/a/b", "/w/a"), ElementsAre("a/b", "at once b"));
  EXPECT_THAT(from("**/a/a/b", "/w/a/a"), ElementsAre("a/a/b", "at once b", "at once a/b"));
  EXPECT_THAT(from("**/a/b", "/w/a/x"), ElementsAre("a/b"));
}

TEST(PathSet, OfNamesJoinedToABaseIsWithinTheirEntry) {
  for (const char* text : {"**/a/b", "**/a/a/b", "**/.git", "/w/**/a/b", "/w/a/**/x"}) {
    for (const char* directory : {"/", "/w", "/w/a", "/w/a/a", "/a/b", "/w/x/a"}) {
      const PathEntry entry = DeniedPath(text);
      const PathEntry base = Path(directory);
      for (const PathSet& rest : PathSet::OfDenied(entry).From(base)) {
        EXPECT_TRUE(rest.JoinedTo(base).IsWithin(PathSet::OfDenied(entry)))
            << text << " " << directory;
      }
    }
  }
}

TEST(PathSet, SampleFillsInStars) {
  const auto sample = [](std::string_view text, bool absolute) {
    const PathEntry entry = Path(text);
    return PathSet::OfAllowed(entry).Sample("new", absolute);
  };
  EXPECT_EQ(sample("/", true), "/");
  EXPECT_EQ(sample("/a/b", true), "/a/b");
  EXPECT_EQ(sample("/*/b", true), "/new/b");
  EXPECT_EQ(sample("/a/*", true), "/a/new");
  EXPECT_EQ(sample("/", false), ".");
  EXPECT_EQ(sample("/a/b", false), "a/b");
}

TEST(CommandEntries, DenyWithinAShorterBeginning) {
  const auto within = [](std::string_view inner, std::string_view outer) {
    return DeniesWithin(Command(inner), Command(outer));
  };
  EXPECT_TRUE(within("git", "git"));
  EXPECT_TRUE(within("git push", "git"));
  EXPECT_TRUE(within("git push", "git push"));
  EXPECT_FALSE(within("git", "git push"));
  EXPECT_FALSE(within("git pull", "git push"));
  EXPECT_FALSE(within("rm", "git"));
}

TEST(CommandEntries, ANameWithoutASlashStandsForEveryDirectory) {
  const auto within = [](std::string_view inner, std::string_view outer) {
    return DeniesWithin(Command(inner), Command(outer));
  };
  EXPECT_TRUE(within("/bin/ls", "ls"));
  EXPECT_TRUE(within("/bin/ls -l", "ls -l"));
  EXPECT_TRUE(within("/bin/ls", "/bin/ls"));
  EXPECT_FALSE(within("ls", "/bin/ls"));
  EXPECT_FALSE(within("/usr/bin/ls", "/bin/ls"));
  EXPECT_FALSE(within("/bin/lsof", "ls"));
}

TEST(CommandEntries, DenyEveryCommandOfABeginning) {
  EXPECT_TRUE(DeniesEvery(Command("git"), {"git", "status"}));
  EXPECT_TRUE(DeniesEvery(Command("git status"), {"git", "status"}));
  EXPECT_FALSE(DeniesEvery(Command("git status -v"), {"git", "status"}));
  EXPECT_FALSE(DeniesEvery(Command("git push"), {"git", "status"}));
  EXPECT_FALSE(DeniesEvery(Command("git"), {}));
}

TEST(CommandEntries, DeniedBeginningIsTheLongerOfTheTwo) {
  const auto beginning = [](const Words& words, const CommandEntry& entry) {
    const auto found = DeniedBeginning(words, entry);
    std::string text = found ? "" : "none";
    for (const std::string_view word : found.value_or(Words{})) text += std::string(word) + ";";
    return text;
  };
  const CommandEntry push = Command("git push -f");
  EXPECT_EQ(beginning({"git"}, push), "git;push;-f;");
  EXPECT_EQ(beginning({"/bin/git", "push"}, push), "/bin/git;push;-f;");
  EXPECT_EQ(beginning({"git", "push", "-f", "x"}, push), "git;push;-f;x;");
  EXPECT_EQ(beginning({"git", "pull"}, push), "none");
  EXPECT_EQ(beginning({"rm"}, push), "none");
}

}  // namespace
}  // namespace callgate::policy
