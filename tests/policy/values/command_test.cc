#include "core/policy/values/command.h"

#include <gtest/gtest.h>

#include "core/policy/model/command_entry.h"

namespace callgate::policy {
namespace {

// The words without their quotes, or the rule that denies.
std::vector<std::string> Split(std::string_view text) {
  base::TextArena arena;
  WordBuffer words;
  if (const std::string_view rule = SplitCommand(text, arena, words); !rule.empty()) {
    return {std::string(rule)};
  }
  std::vector<std::string> texts;
  for (const Word& word : words) texts.emplace_back(word.text);
  return texts;
}

using Words = std::vector<std::string>;

TEST(Command, SplitsOnSpacesAlone) {
  EXPECT_EQ(Split("npm  test "), (Words{"npm", "test"}));
  EXPECT_EQ(Split("git\u00A0x"), (Words{"git\u00A0x"}));  // no shell splits there
  EXPECT_EQ(Split("git\u0085x"), Words{"command.control"});
  EXPECT_EQ(Split("git\tx"), Words{"command.control"});
  EXPECT_EQ(Split(""), Words{"command.empty"});
  EXPECT_EQ(Split("   "), Words{"command.empty"});
}

TEST(Command, WhatAShellReadsAsMoreThanAWordDenies) {
  for (const char c : std::string_view(";&|<>$`(){}[]!#*?\\")) {
    EXPECT_EQ(Split(std::string("git a") + c + "b"), Words{"command.metacharacter"}) << c;
  }
  EXPECT_EQ(Split("git\nrm -rf /"), Words{"command.control"});
  EXPECT_EQ(Split("git ~/x"), Words{"command.tilde"});
  EXPECT_EQ(Split("git a~b"), (Words{"git", "a~b"}));
}

TEST(Command, QuotedPartsHoldNothingThatLeavesThem) {
  EXPECT_EQ(Split("git commit -m 'a; b & c'"), (Words{"git", "commit", "-m", "a; b & c"}));
  EXPECT_EQ(Split("x --m=\"a b\"c"), (Words{"x", "--m=a bc"}));
  EXPECT_EQ(Split("x ''"), (Words{"x", ""}));
  for (const std::string_view bad : {"x 'a\"b'", "x 'a`b'", "x 'a\\b'"}) {
    EXPECT_EQ(Split(bad), Words{"command.single-quote"}) << bad;
  }
  for (const std::string_view bad : {"x \"a'b\"", "x \"$a\"", "x \"a!\"", "x \"a\\\""}) {
    EXPECT_EQ(Split(bad), Words{"command.double-quote"}) << bad;
  }
  EXPECT_EQ(Split("x 'a"), Words{"command.quote-elsewhere"});
  EXPECT_EQ(Split("x 'a\nb'"), Words{"command.control"});
}

TEST(Command, AListElementIsOneWord) {
  base::TextArena arena;
  WordBuffer words;
  EXPECT_EQ(SplitListWord("a", arena, words), "");
  EXPECT_EQ(SplitListWord("'a b'", arena, words), "");
  EXPECT_EQ(words[1].text, "a b");
  for (const std::string_view bad : {"", "a b", " a", "a "}) {
    EXPECT_EQ(SplitListWord(bad, arena, words), "command.list-word") << bad;
  }
  EXPECT_EQ(SplitListWord("a;b", arena, words), "command.metacharacter");
  EXPECT_EQ(TakeListWord("a;b '$x", words), "");
  for (const std::string_view bad :
       {std::string_view("a\0b", 3), std::string_view("a\rb"), std::string_view("a\n")}) {
    EXPECT_EQ(TakeListWord(bad, words), "command.exec-argv");
  }
}

TEST(Command, AnAssignmentIsNoProgram) {
  for (const std::string_view word : {"PATH=/tmp", "_=1", "A1=", "A+=x"}) {
    EXPECT_TRUE(IsAssignment(word)) << word;
  }
  for (const std::string_view word : {"a", "=x", "1A=x", "a-b=x", "--a=b", ""}) {
    EXPECT_FALSE(IsAssignment(word)) << word;
  }
}

TEST(CommandEntry, IsAPrefixOfArgvWordByWord) {
  const auto entry = CommandEntry::Parse(" npm  test");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->text, "npm test");
  const auto matches = [&](std::vector<std::string_view> argv) {
    return entry->Matches(argv.data(), argv.size());
  };
  EXPECT_TRUE(matches({"npm", "test"}));
  EXPECT_TRUE(matches({"npm", "test", "--", "--x"}));
  EXPECT_FALSE(matches({"npm", "testx"}));
  EXPECT_FALSE(matches({"/usr/bin/npm", "test"}));
  const std::string_view argv[] = {"npm", "test"};
  EXPECT_FALSE(entry->Matches(argv, 1));  // what follows argv is none of it
  EXPECT_FALSE(entry->MatchesDenied(argv, 1));
  const std::string_view absolute[] = {"/usr/bin/npm", "test"};
  EXPECT_TRUE(entry->MatchesDenied(absolute, 2));
  const auto with_slash = CommandEntry::Parse("/bin/npm");
  EXPECT_FALSE(with_slash->MatchesDenied(absolute, 2));
}

TEST(CommandEntry, HoldsNoQuoteAndNothingForbidden) {
  for (const std::string_view bad :
       {"", " ", "a;b", "'a'", "\"a\"", "a\\b", "~/x", "x ~", "A=1 git", "a\tb"}) {
    EXPECT_FALSE(CommandEntry::Parse(bad)) << bad;
  }
  EXPECT_TRUE(CommandEntry::Parse("x a=b"));
}

}  // namespace
}  // namespace callgate::policy
