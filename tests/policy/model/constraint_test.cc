#include "core/policy/model/constraint.h"

#include <gtest/gtest.h>

#include <set>

namespace callgate::policy {
namespace {

TEST(Constraint, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const Constraint constraint : kAllConstraints) names.insert(NameOf(constraint));
  EXPECT_EQ(names.size(), kConstraints);
  EXPECT_FALSE(names.contains(""));
}

TEST(Constraint, AQuestionEndsAtTheFirstThatSaysYes) {
  ConstraintSet asked;
  EXPECT_TRUE(AnyConstraint([&]<Constraint kConstraint>() {
    asked.Add(kConstraint);
    return kConstraint == Constraint::kBaseDirectory;
  }));
  EXPECT_EQ(asked, (ConstraintSet{Constraint::kArguments, Constraint::kOtherArguments,
                                  Constraint::kOnlyArguments, Constraint::kPathAllowlist,
                                  Constraint::kBaseDirectory}));
  EXPECT_FALSE(AnyConstraint([]<Constraint>() { return false; }));
}

TEST(ConstraintSet, HoldsWhatWasAddedAndNothingElse) {
  ConstraintSet set;
  EXPECT_TRUE(set.empty());
  set.Add(Constraint::kMaxResponseSize);
  set.Add(Constraint::kExec);
  set.Add(Constraint::kExec);
  EXPECT_FALSE(set.empty());
  EXPECT_EQ(set.size(), 2u);
  EXPECT_EQ(set.first(), Constraint::kExec);
  for (const Constraint constraint : kAllConstraints) {
    EXPECT_EQ(set.Holds(constraint),
              constraint == Constraint::kExec || constraint == Constraint::kMaxResponseSize);
  }
}

TEST(ConstraintSet, SetsAreJoinedSubtractedAndCompared) {
  const ConstraintSet paths = {Constraint::kPathAllowlist, Constraint::kBaseDirectory};
  const ConstraintSet lists = {Constraint::kPathAllowlist, Constraint::kDomainAllowlist};
  EXPECT_TRUE(paths.Meets(lists));
  EXPECT_FALSE(paths.Meets({Constraint::kDomainAllowlist}));
  EXPECT_EQ(paths.Without(lists), ConstraintSet{Constraint::kBaseDirectory});
  ConstraintSet both = paths;
  both.Add(lists);
  EXPECT_EQ(both.size(), 3u);
  EXPECT_EQ(both.Without(paths), ConstraintSet{Constraint::kDomainAllowlist});
}

}  // namespace
}  // namespace callgate::policy
