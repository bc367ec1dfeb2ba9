// Names that no entry holds.
#include "core/policy/counterexample/fresh_names.h"

#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

std::string Segment(const std::vector<std::string>& texts, std::string_view wanted = "x") {
  std::vector<PathEntry> entries;
  for (const std::string& text : texts) entries.push_back(test::DeniedPath(text));
  std::vector<const PathEntry*> pointers;
  for (const PathEntry& entry : entries) pointers.push_back(&entry);
  return FreshSegment(pointers, wanted);
}

std::string Label(const std::vector<std::string>& texts, std::string_view wanted = "x") {
  std::vector<DomainEntry> entries;
  for (const std::string& text : texts) entries.push_back(test::Domain(text));
  std::vector<const DomainEntry*> pointers;
  for (const DomainEntry& entry : entries) pointers.push_back(&entry);
  return FreshLabel(pointers, wanted);
}

TEST(FreshSegment, IsWhatIsWantedWhereNoEntryHoldsIt) {
  EXPECT_EQ(Segment({}, "x-unlisted"), "x-unlisted");
  EXPECT_EQ(Segment({"/a/b", "**/.git"}, "x-unlisted"), "x-unlisted");
}

TEST(FreshSegment, IsNotWrittenInAnEntryNorNamedByOne) {
  EXPECT_EQ(Segment({"/b/x"}), "a");
  EXPECT_EQ(Segment({"**/X*", "**/*a"}), "b") << "names are folded";
}

TEST(FreshSegment, IsFoundHoweverManyAreHeld) {
  std::vector<std::string> all;
  for (char c = 'a'; c <= 'z'; ++c) all.push_back(std::string("**/") + c + "*");
  for (char c = '0'; c <= '9'; ++c) all.push_back(std::string("/") + c);
  EXPECT_EQ(Segment(all), "\u4E00");
}

TEST(FreshLabel, IsNoFirstLabelOfAnEntry) {
  EXPECT_EQ(Label({"y.test"}), "x");
  EXPECT_EQ(Label({"x.test", "a"}), "b");
  std::vector<std::string> all;
  for (char c = 'a'; c <= 'z'; ++c) all.push_back(std::string(1, c) + ".test");
  for (char c = '0'; c <= '9'; ++c) all.push_back(std::string(1, c) + ".test");
  EXPECT_EQ(Label(all), "x0");
}

}  // namespace
}  // namespace callgate::policy
