// Properties of the ceiling over generated contexts. The seed is fixed; CALLGATE_SEED overrides it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "callgate/policy.h"
#include "tests/policy/random_call.h"
#include "tests/policy/related_context.h"

namespace callgate {
namespace {

using test::ContextOptions;
using test::DrawCall;
using test::DrawContext;
using test::Mutate;
using test::Random;
using test::RandomCall;
using test::RandomContext;

constexpr int kPairs = 2'000;
// Sanitizers look for other faults, at ten times the cost.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CALLGATE_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(CALLGATE_SANITIZED)
constexpr int kCallsAPair = 200;
#else
constexpr int kCallsAPair = 10'000;
#endif

std::uint64_t Seed() {
  const char* const text = std::getenv("CALLGATE_SEED");
  const std::uint64_t seed = text == nullptr ? 20260201 : std::strtoull(text, nullptr, 10);
  std::cout << "seed " << seed << '\n';
  return seed;
}

PolicySet Parse(const std::string& contexts) {
  auto set = PolicySet::Parse(contexts, "generated.json");
  EXPECT_TRUE(set) << set.error().message << " at " << set.error().where << "\n" << contexts;
  return *set;
}

std::string Show(const RandomContext& parent, const RandomContext& child) {
  return "parent " + parent.Json("parent") + "\nchild  " + child.Json("child");
}

PolicySet Pair(const RandomContext& parent, const RandomContext& child) {
  return Parse("[" + parent.Json("parent") + "," + child.Json("child") + "]");
}

RandomContext Related(Random& random, const RandomContext& parent, const ContextOptions& options) {
  return random.Chance(12) ? DrawContext(random, options) : Mutate(random, parent, options);
}

TEST(ContainmentProperties, AYesHasNoCounterexampleAmongDrawnCalls) {
  Random random(Seed());
  int yes = 0;
  std::uint64_t calls = 0;
  std::uint64_t allowed = 0;
  for (int i = 0; i < kPairs; ++i) {
    const RandomContext parent = DrawContext(random);
    const RandomContext child = Related(random, parent, {});
    const PolicySet set = Pair(parent, child);
    if (!set.Contains("parent", "child")->contained) continue;
    ++yes;
    for (int n = 0; n < kCallsAPair; ++n) {
      const RandomCall call = DrawCall(random, child, n % 2 == 0 ? parent : child);
      const auto arguments = json::Parse(call.arguments);
      ASSERT_TRUE(arguments) << call.arguments;
      ++calls;
      if (!set.Evaluate("child", call.tool, arguments->root())) continue;
      ++allowed;
      ASSERT_TRUE(set.Evaluate("parent", call.tool, arguments->root()))
          << call.tool << " " << call.arguments << "\n"
          << Show(parent, child);
    }
  }
  std::cout << yes << " of " << kPairs << " pairs contained; the child allowed "
            << 100.0 * static_cast<double>(allowed) / static_cast<double>(calls) << " % of "
            << calls << " calls\n";
  EXPECT_GE(yes, kPairs / 5);
  EXPECT_GE(allowed * 5, calls) << "fewer than 20 % of the calls say something";
}

TEST(ContainmentProperties, ANoCarriesAWitnessThatWorksOrALimit) {
  Random random(Seed() + 1);
  const ContextOptions without_patterns{.argument_patterns = false};
  int noes = 0;
  int limits = 0;
  int uncovered = 0;
  for (int i = 0; i < 10 * kPairs; ++i) {
    const RandomContext parent = DrawContext(random, without_patterns);
    const RandomContext child = Related(random, parent, without_patterns);
    const PolicySet set = Pair(parent, child);
    const auto containment = set.Contains("parent", "child");
    if (containment->contained) {
      EXPECT_TRUE(containment->reason.empty());
      continue;
    }
    ++noes;
    if (const auto& witness = containment->witness) {
      EXPECT_TRUE(set.Evaluate("child", witness->tool, witness->arguments));
      EXPECT_FALSE(set.Evaluate("parent", witness->tool, witness->arguments));
      continue;
    }
    if (containment->reason.starts_with("rate_limit")) {
      ++limits;
      continue;
    }
    EXPECT_EQ(containment->reason, "uncovered");
    if (std::getenv("CALLGATE_SHOW") != nullptr) std::cout << Show(parent, child) << "\n\n";
    ++uncovered;
  }
  std::cout << noes << " noes, " << limits << " for a limit, " << uncovered << " uncovered\n";
  EXPECT_LE(uncovered * 100, noes);
}

TEST(ContainmentProperties, EveryContextIsWithinItself) {
  Random random(Seed() + 2);
  for (int i = 0; i < 20 * kPairs; ++i) {
    const RandomContext context = DrawContext(random);
    const auto containment = Pair(context, context).Contains("parent", "child");
    ASSERT_TRUE(containment->contained) << Show(context, context);
  }
}

TEST(ContainmentProperties, WithinIsTransitive) {
  Random random(Seed() + 3);
  int chains = 0;
  for (int i = 0; i < 20 * kPairs; ++i) {
    const RandomContext outer = DrawContext(random);
    const RandomContext middle = Related(random, outer, {});
    const RandomContext inner = Related(random, middle, {});
    const PolicySet set = Parse("[" + outer.Json("outer") + "," + middle.Json("middle") + "," +
                                inner.Json("inner") + "]");
    if (!set.Contains("outer", "middle")->contained) continue;
    if (!set.Contains("middle", "inner")->contained) continue;
    ++chains;
    ASSERT_TRUE(set.Contains("outer", "inner")->contained) << outer.Json("outer") << "\n"
                                                           << middle.Json("middle") << "\n"
                                                           << inner.Json("inner");
  }
  std::cout << chains << " chains\n";
  EXPECT_GE(chains, 1000);
}

}  // namespace
}  // namespace callgate
