// Counts what this test program takes from the heap.
#ifndef CALLGATE_TESTS_POLICY_ALLOCATIONS_H_
#define CALLGATE_TESTS_POLICY_ALLOCATIONS_H_

namespace callgate::test {

// Calls of operator new so far, by all threads; always 0 under sanitizers.
long Allocations() noexcept;

}  // namespace callgate::test

#endif  // CALLGATE_TESTS_POLICY_ALLOCATIONS_H_
