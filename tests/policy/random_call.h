// Random calls.
#ifndef CALLGATE_TESTS_POLICY_RANDOM_CALL_H_
#define CALLGATE_TESTS_POLICY_RANDOM_CALL_H_

#include <string>

#include "tests/policy/random.h"
#include "tests/policy/random_context.h"

namespace callgate::test {

struct RandomCall {
  std::string tool;
  std::string arguments;  // JSON object
};

// Mostly fitted to a capability of `fit`, with what a deny entry of `around` names mixed in.
RandomCall DrawCall(Random& random, const RandomContext& fit, const RandomContext& around);

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_RANDOM_CALL_H_
