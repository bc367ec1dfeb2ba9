// What the tests of diff, lint and could_allow share.
#ifndef CALLGATE_TESTS_POLICY_RELATION_VECTORS_H_
#define CALLGATE_TESTS_POLICY_RELATION_VECTORS_H_

#include <gtest/gtest.h>

#include <string>

#include "callgate/policy.h"
#include "tests/support/vectors.h"

namespace callgate::test {

// The compact text of a member of a vector: one context, or a list of them.
inline std::string Contexts(json::Value vector, std::string_view member) {
  std::string text;
  json::WriteLexical(*vector.Find(member), json::KeyOrder::kCodePoint, text);
  return text;
}

inline PolicySet ParsePolicy(std::string_view text) {
  auto set = PolicySet::Parse(text);
  EXPECT_TRUE(set) << set.error().message << " at " << set.error().where << "\n" << text;
  return *set;
}

// A change's witness is allowed by one side alone: the one that the change says.
inline void ExpectWitnessWorks(const PolicySet& set, const std::string& before,
                               const std::string& after, const PolicyChange& change) {
  const Witness& witness = *change.witness;
  const auto allowed = [&](const std::string& context) {
    return set.Evaluate(context, witness.tool, witness.arguments).allowed();
  };
  EXPECT_EQ(allowed(after), change.became_allowed) << witness.tool << " " << witness.arguments;
  EXPECT_EQ(allowed(before), !change.became_allowed) << witness.tool << " " << witness.arguments;
}

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_RELATION_VECTORS_H_
