#include "core/policy/inclusion/entry_relations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Command;
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
  return rest ? rest->Sample("new", false) : "-";
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
  ASSERT_TRUE(rest);
  EXPECT_THAT(rest->segments, IsEmpty());
  EXPECT_FALSE(rest->below_only);
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
