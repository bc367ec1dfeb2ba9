// Random contexts.
#ifndef CALLGATE_TESTS_POLICY_RANDOM_CONTEXT_H_
#define CALLGATE_TESTS_POLICY_RANDOM_CONTEXT_H_

#include <string>
#include <vector>

#include "tests/policy/random.h"
#include "tests/policy/random_capability.h"

namespace callgate::test {

struct RandomContext {
  std::vector<RandomCapability> capabilities;
  std::vector<RandomDeny> deny_list;

  std::string Json(const std::string& name) const;
};

RandomContext DrawContext(Random& random, const ContextOptions& options = {});

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_RANDOM_CONTEXT_H_
