#include "core/policy/explain/rule_causes.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

// That every rule that denies has a cause, policy_vectors_test.cc tests.
TEST(RuleCauses, ARuleThatDeniesNothingHasNone) {
  EXPECT_EQ(CauseOf("path.dotdot"), "the path has a .. segment");
  EXPECT_EQ(CauseOf("doc.name"), "");
  EXPECT_EQ(CauseOf(""), "");
}

}  // namespace
}  // namespace callgate::policy
