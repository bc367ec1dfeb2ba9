// Contexts that are related to another.
#ifndef CALLGATE_TESTS_POLICY_RELATED_CONTEXT_H_
#define CALLGATE_TESTS_POLICY_RELATED_CONTEXT_H_

#include "tests/policy/random.h"
#include "tests/policy/random_context.h"

namespace callgate::test {

// Mostly narrower, sometimes wider or beside it.
RandomContext Mutate(Random& random, const RandomContext& context,
                     const ContextOptions& options = {});

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_RELATED_CONTEXT_H_
