// Random contexts and calls, as tests/reference/generate.py wrote them while building.
#ifndef CALLGATE_TESTS_POLICY_RANDOM_CASES_H_
#define CALLGATE_TESTS_POLICY_RANDOM_CASES_H_

#include <string>
#include <utility>
#include <vector>

#include "callgate/policy.h"

namespace callgate::test {

struct RandomCall {
  std::string tool;
  std::vector<std::pair<std::string, std::string>> arguments;  // key and value, as JSON
};

// Three contexts, named outer, middle and inner, each related to the one before.
struct RandomCase {
  std::string contexts;           // a document
  std::vector<RandomCall> calls;  // fitted to middle; none in most cases
  bool has_patterns = false;      // a context has patterns of arguments
  bool has_declared = false;      // a capability declares its arguments

  PolicySet Parse() const;
};

// All cases of the file that CALLGATE_RANDOM_CASES names, or of the one that the build wrote, whose
// name holds the seed. The test program ends when it cannot be read.
const std::vector<RandomCase>& RandomCases();

// The arguments of a call that gives what `a` does, and of `b` what is not given by `a`.
std::string Union(const RandomCall& a, const RandomCall& b);

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_RANDOM_CASES_H_
