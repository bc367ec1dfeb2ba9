// Properties of the ceiling over random contexts and calls.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/policy/random_cases.h"

namespace callgate {
namespace {

using test::RandomCall;
using test::RandomCase;
using test::RandomCases;

// Sanitizers look for other faults, at ten times the cost.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CALLGATE_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(CALLGATE_SANITIZED)
constexpr std::size_t kCalls = 14;  // of a pair, each put together with each
#else
constexpr std::size_t kCalls = 100;
#endif

TEST(ContainmentProperties, AYesHasNoCounterexampleAmongDrawnCalls) {
  int pairs = 0;
  int yes = 0;
  std::uint64_t calls = 0;
  std::uint64_t allowed = 0;
  for (const RandomCase& one : RandomCases()) {
    if (one.calls.empty()) continue;
    ++pairs;
    const PolicySet set = one.Parse();
    if (!set.Contains("outer", "middle")->contained) continue;
    ++yes;
    for (std::size_t i = 0; i < kCalls; ++i) {
      for (std::size_t j = 0; j < kCalls; ++j) {
        const RandomCall& call = one.calls.at(i);
        const std::string text = test::Union(call, one.calls.at(j));
        const auto arguments = json::Parse(text);
        ASSERT_TRUE(arguments) << text;
        ++calls;
        if (!set.Evaluate("middle", call.tool, arguments->root())) continue;
        ++allowed;
        ASSERT_TRUE(set.Evaluate("outer", call.tool, arguments->root()))
            << call.tool << " " << text << "\n"
            << one.contexts;
      }
    }
  }
  std::cout << yes << " of " << pairs << " pairs contained; the child allowed "
            << 100.0 * static_cast<double>(allowed) / static_cast<double>(calls) << " % of "
            << calls << " calls\n";
  EXPECT_GE(pairs, 2'000);
  EXPECT_GE(yes, pairs / 5);
  EXPECT_GE(allowed * 5, calls) << "fewer than 20 % of the calls say something";
}

TEST(ContainmentProperties, ANoCarriesAWitnessThatWorksOrALimit) {
  int noes = 0;
  int limits = 0;
  int uncovered = 0;
  int declared_noes = 0;
  int declared_uncovered = 0;
  for (const RandomCase& one : RandomCases()) {
    if (one.has_patterns) continue;
    const PolicySet set = one.Parse();
    for (const auto& [parent, child] : {std::pair("outer", "middle"), {"middle", "inner"}}) {
      const auto containment = set.Contains(parent, child);
      if (containment->contained) {
        EXPECT_TRUE(containment->reason.empty());
        continue;
      }
      ++(one.has_declared ? declared_noes : noes);
      if (const auto& witness = containment->witness) {
        EXPECT_TRUE(set.Evaluate(child, witness->tool, witness->arguments));
        EXPECT_FALSE(set.Evaluate(parent, witness->tool, witness->arguments));
        continue;
      }
      if (containment->reason.starts_with("rate_limit")) {
        ++limits;
        continue;
      }
      EXPECT_TRUE(containment->reason.starts_with("uncovered")) << containment->reason;
      if (std::getenv("CALLGATE_SHOW") != nullptr) {
        std::cout << parent << ", " << child << ": " << containment->reason << ": " << one.contexts
                  << "\n\n";
      }
      ++(one.has_declared ? declared_uncovered : uncovered);
    }
  }
  std::cout << noes << " noes, " << uncovered << " uncovered; among declared arguments "
            << declared_noes << ", " << declared_uncovered << "; " << limits << " for a limit\n";
  EXPECT_GE(noes, 1'500);
  EXPECT_LE(uncovered * 100, noes);
  // Declared arguments have many more values that could tell two contexts apart.
  EXPECT_GE(declared_noes, 3'500);
  EXPECT_LE(declared_uncovered * 20, declared_noes);
}

TEST(ContainmentProperties, EveryContextIsWithinItself) {
  for (const RandomCase& one : RandomCases()) {
    const PolicySet set = one.Parse();
    const PolicySet same = one.Parse();
    for (const char* name : {"outer", "middle", "inner"}) {
      ASSERT_TRUE(set.Contains(name, name)->contained) << name << ": " << one.contexts;
      ASSERT_TRUE(set.Diff(name, same, name)->empty()) << name << ": " << one.contexts;
    }
  }
}

TEST(ContainmentProperties, WithinIsTransitive) {
  int chains = 0;
  for (const RandomCase& one : RandomCases()) {
    const PolicySet set = one.Parse();
    if (!set.Contains("outer", "middle")->contained) continue;
    if (!set.Contains("middle", "inner")->contained) continue;
    ++chains;
    ASSERT_TRUE(set.Contains("outer", "inner")->contained) << one.contexts;
  }
  std::cout << chains << " chains\n";
  EXPECT_GE(chains, 5'000);
}

}  // namespace
}  // namespace callgate
