#include "tests/policy/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

// Sanitizers bring an operator new of their own, in every form: there nothing is counted.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CALLGATE_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CALLGATE_SANITIZED
#endif
#endif

namespace {
std::atomic<long> allocations{0};
}  // namespace

#ifndef CALLGATE_SANITIZED
// In a file of its own, so that no compiler sees through a pair of new and delete elsewhere.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace callgate::test {

long Allocations() noexcept { return allocations; }

}  // namespace callgate::test
