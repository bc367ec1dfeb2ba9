// Following the advice of lint changes no verdict, over random contexts and calls.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "callgate/json.h"
#include "core/policy/evaluate/compiled_context.h"
#include "core/policy/evaluate/evaluate.h"
#include "core/policy/lint/lint.h"
#include "tests/policy/random_cases.h"
#include "tests/policy/read_contexts.h"

namespace callgate::policy {
namespace {

using test::RandomCall;
using test::RandomCase;

// One context with the capabilities and deny entries of all three, which are related: much of it is
// in vain.
Context Together(const RandomCase& one) {
  std::vector<Context> contexts;
  EXPECT_TRUE(ReadPolicy(one.contexts, "c", Limits{}, contexts));
  Context all = contexts.at(0);
  for (std::size_t i = 1; i < contexts.size(); ++i) {
    for (Capability& capability : contexts[i].capabilities) {
      all.capabilities.push_back(std::move(capability));
    }
    for (DenyEntry& entry : contexts[i].deny_list) all.deny_list.push_back(std::move(entry));
  }
  for (std::uint32_t i = 0; i < all.deny_list.size(); ++i) all.deny_list[i].nth = i;
  // Places are what findings name them by.
  std::uint32_t line = 0;
  for (DenyEntry& entry : all.deny_list) entry.position = {"c", ++line, 1};
  return all;
}

// What lint says can be deleted.
struct Advice {
  std::set<std::size_t> capabilities;
  std::set<std::string> deny_entries;  // by their places
};

Advice AdviceOf(const Context& context) {
  std::vector<LintWarning> warnings;
  Lint(context, warnings);
  Advice advice;
  for (const LintWarning& warning : warnings) {
    if (warning.rule == "lint.shadowed") advice.capabilities.insert(*warning.capability);
    if (warning.rule == "lint.dead-deny") advice.deny_entries.insert(warning.where);
    if (warning.rule == "lint.star") {
      constexpr std::string_view kBefore = "capability ";
      const std::size_t at = warning.message.find(kBefore);
      if (at == std::string::npos) continue;  // it is too wide by itself
      advice.capabilities.insert(std::stoul(warning.message.substr(at + kBefore.size())));
    }
  }
  return advice;
}

Context Without(const Context& context, const Advice& advice) {
  Context rest = context;
  rest.compiled.reset();
  rest.capabilities.clear();
  for (std::size_t i = 0; i < context.capabilities.size(); ++i) {
    if (!advice.capabilities.contains(i)) rest.capabilities.push_back(context.capabilities[i]);
  }
  std::erase_if(rest.deny_list, [&](const DenyEntry& entry) {
    return advice.deny_entries.contains(Where(entry.position));
  });
  return rest;
}

// Some capability that allows the call always has room.
bool IsUnlimited(const Context& context, const Verdict& verdict) {
  return !context.capabilities[verdict.allowing[verdict.allowing.size() - 1]].rate_limit;
}

TEST(RedundancyProperties, DeletingWhatLintNamesChangesNoVerdict) {
  std::size_t capabilities = 0;
  std::size_t deny_entries = 0;
  std::size_t calls = 0;
  std::size_t allowed = 0;
  for (const RandomCase& one : test::RandomCases()) {
    if (one.calls.empty()) continue;
    const auto before = Compile(Together(one));
    const Advice advice = AdviceOf(*before);
    if (advice.capabilities.empty() && advice.deny_entries.empty()) continue;
    capabilities += advice.capabilities.size();
    deny_entries += advice.deny_entries.size();
    const auto after = Compile(Without(*before, advice));
    for (std::size_t i = 0; i < one.calls.size(); ++i) {
      const RandomCall& call = one.calls[i];
      const RandomCall& other = one.calls[(i * 7 + 1) % one.calls.size()];
      const auto arguments = json::Parse(test::Union(call, other));
      ASSERT_TRUE(arguments);
      const Verdict was = Evaluate(*before, call.tool, arguments->root());
      const Verdict is = Evaluate(*after, call.tool, arguments->root());
      ++calls;
      const std::string shown = call.tool + " " + test::Union(call, other) + "\n" + one.contexts;
      ASSERT_EQ(was.allowed, is.allowed) << shown;
      if (!was.allowed) continue;
      ++allowed;
      const Capability& first = before->capabilities[was.allowing[0]];
      const Capability& then = after->capabilities[is.allowing[0]];
      ASSERT_EQ(first.max_response_size, then.max_response_size) << shown;
      ASSERT_EQ(IsUnlimited(*before, was), IsUnlimited(*after, is)) << shown;
    }
  }
  std::cout << capabilities << " capabilities and " << deny_entries << " deny entries deleted; "
            << allowed << " of " << calls << " calls allowed\n";
  EXPECT_GE(capabilities, 1'000u);
  EXPECT_GE(deny_entries, 500u);
  EXPECT_GE(allowed * 10, calls) << "fewer than a tenth of the calls say something";
}

}  // namespace
}  // namespace callgate::policy
