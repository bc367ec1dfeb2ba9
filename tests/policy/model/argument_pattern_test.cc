#include "core/policy/model/argument_pattern.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

TEST(ArgumentPattern, TheWholeValueMustMatch) {
  const auto pattern = ArgumentPattern::Compile("[a-z ]{1,80}", 1 << 20);
  ASSERT_TRUE(pattern);
  EXPECT_TRUE(pattern->Matches("some words"));
  EXPECT_FALSE(pattern->Matches("some words; x"));
  EXPECT_FALSE(pattern->Matches("x\n"));
  EXPECT_FALSE(pattern->Matches(std::string(81, 'a')));
  EXPECT_FALSE(pattern->Matches(""));
  const auto branches = ArgumentPattern::Compile("a|b", 1 << 20);
  EXPECT_FALSE(branches->Matches("ab"));
}

TEST(ArgumentPattern, WhatRe2RefusesIsRefusedHere) {
  for (const std::string_view bad : {"(", "[a", "(?=a)", "\\1", "*a", "a{1001}"}) {
    EXPECT_FALSE(ArgumentPattern::Compile(bad, 1 << 20)) << bad;
  }
  EXPECT_FALSE(ArgumentPattern::Compile("((a{100}){100}){100}", 1 << 20));  // needs too much memory
}

}  // namespace
}  // namespace callgate::policy
