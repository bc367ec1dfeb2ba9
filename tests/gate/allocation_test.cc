// What a decision may cost in heap allocations, counted. Sanitizers bring an operator new of their
// own, so there this file is empty.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CALLGATE_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CALLGATE_SANITIZED
#endif
#endif
#ifndef CALLGATE_SANITIZED

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "callgate/guard.h"
#include "tests/gate/scene.h"

namespace {

thread_local int allocations = 0;

void* Allocate(std::size_t size) {
  ++allocations;
  if (void* block = std::malloc(size == 0 ? 1 : size)) return block;
  std::abort();
}

}  // namespace

void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }

namespace callgate {
namespace {

TEST(Allocations, AKnownSessionAndTokenTakeAtMostTwoBesideTheDocument) {
  // The document's block comes from malloc, so of three allocations two are counted here.
  Scene scene(R"(
name: default
capabilities:
  - {tool_pattern: "fs.*", path_allowlist: [/workspace]}
  - {tool_pattern: web.get, rate_limit: {calls: 100000, per_seconds: 60}}
)");
  for (const bool is_limited : {false, true}) {
    // Tables grow now and then; what they were given stays, so most calls find room.
    std::vector<std::string> envelopes;
    for (int i = 0; i < 300; ++i) {
      envelopes.push_back(is_limited ? scene.Get() : scene.Read());
    }
    int calls_within = 0;
    for (const std::string& envelope : envelopes) {
      const int before = allocations;
      const Decision decision = scene.gate->Authorize(envelope, kNoon);
      const int taken = allocations - before;
      ASSERT_TRUE(decision.allowed()) << decision.reason();
      if (taken <= 2) ++calls_within;
    }
    EXPECT_GE(calls_within, 200);
  }
}

TEST(Allocations, AGuardTakesNoneForACallThatItAllows) {
  Guard guard(PolicyOf(R"(
name: default
capabilities:
  - {tool_pattern: "fs.*", path_allowlist: [/workspace]}
  - {tool_pattern: web.get, rate_limit: {calls: 1000, per_seconds: 60}}
)"));
  const json::Document arguments = *json::Parse(R"({"path": "/workspace/a", "mode": "r"})");
  for (const std::string_view tool : {"fs.read", "web.get"}) {
    // The table of rates grows now and then.
    int calls_without = 0;
    for (int i = 0; i < 300; ++i) {
      const int before = allocations;
      const Decision decision = guard.Check("alice", "default", tool, arguments.root(), kNoon);
      const int taken = allocations - before;
      ASSERT_TRUE(decision.allowed()) << decision.reason();
      if (taken == 0) ++calls_without;
    }
    EXPECT_GE(calls_without, tool == "fs.read" ? 300 : 280);
  }
}

}  // namespace
}  // namespace callgate

#endif  // CALLGATE_SANITIZED
