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

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_RELATION_VECTORS_H_
