#include "core/policy/inclusion/denied_commands.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Constrained;

// Whenever the entry of the deny list fires on a command, one of the others does.
bool IsDenied(const std::string& command, const std::string& entry,
              const std::string& others = "") {
  const auto entry_of = [](const std::string& text) { return "{tool_pattern: t, " + text + "}"; };
  const test::Reaching context =
      Constrained("arguments: {c: {command: " + command + "}}",
                  entry_of(entry) + (others.empty() ? "" : ", " + entry_of(others)));
  std::vector<const DenyEntry*> rest;
  for (std::size_t i = 1; i < context.context->deny_list.size(); ++i) {
    rest.push_back(&context.context->deny_list[i]);
  }
  const Schema& schema = *context[0].capability.arguments->members.at(0).schema;
  return IsDeniedWith(std::get<CommandKind>(schema.kind),
                      std::get<CommandEntry>(context.context->deny_list.at(0).argument), rest);
}

std::string Git(const std::string& rest) {
  return "{allow: [{words: [git], then: [log, show]" + rest + "}]}";
}

constexpr const char* kDashC = "command: git, option: '-c'";

TEST(DeniedCommands, AnOptionThatNoWordHoldsIsNotDenied) {
  EXPECT_TRUE(IsDenied(Git(""), kDashC));
  EXPECT_TRUE(IsDenied(Git(", options: [--oneline, '--color', '-n']"), kDashC));
  EXPECT_FALSE(IsDenied(Git(", options: ['--color=VALUE']"), kDashC))
      << "an element of a list may go on behind a space";
  EXPECT_FALSE(IsDenied(Git(", options: ['-c VALUE']"), kDashC));
  EXPECT_FALSE(IsDenied(Git(", options: ['-pc']"), kDashC)) << "among others";
  EXPECT_FALSE(IsDenied(Git(", options: ['-nVALUE']"), kDashC)) << "in the value";
  EXPECT_FALSE(IsDenied("{allow: [{words: [git, '-c', a=b, log]}]}", kDashC));
  EXPECT_FALSE(IsDenied("{allow: [{words: [git], then: [log, '-c']}]}", kDashC));
}

TEST(DeniedCommands, ALongOptionMayStandForItsBeginnings) {
  const std::string output = "command: git, option: '--output'";
  EXPECT_TRUE(IsDenied(Git(", options: [--oneline, '-o']"), output));
  EXPECT_FALSE(IsDenied(Git(", options: [--output]"), output));
  EXPECT_FALSE(IsDenied(Git(", options: [--out]"), output));
  EXPECT_FALSE(IsDenied(Git(", options: [-output]"), output));
  EXPECT_FALSE(IsDenied("{form: text, allow: [{words: [git], options: ['--oVALUE']}]}", output));
  EXPECT_TRUE(IsDenied("{form: text, allow: [{words: [git], options: ['--nVALUE']}]}", output));
  EXPECT_TRUE(IsDenied("{form: text, allow: [{words: [git], options: ['--n=VALUE']}]}", output));
}

TEST(DeniedCommands, WhatStandsBehindASpaceIsReadInListsAlone) {
  const std::string words = "words: [git], operands: ";
  const auto is_denied = [&](const std::string& form, const std::string& operand) {
    return IsDenied("{form: " + form + ", allow: [{" + words + operand + "}]}", kDashC);
  };
  const std::string path = "{path: {allow: [/w]}}";
  EXPECT_TRUE(is_denied("text", path));
  EXPECT_FALSE(is_denied("list", path));
  EXPECT_FALSE(is_denied("either", path));
  for (const std::string pattern : {"[a-z]+", "v[0-9]{1,3}", "\\\\w+", "(?:a|b)\\\\.c", "[^ ]+"}) {
    EXPECT_EQ(is_denied("list", "{type: string, pattern: \"" + pattern + "\"}"), pattern != "[^ ]+")
        << pattern;
  }
  for (const std::string pattern :
       {"a .", ".+", "[ a]", "[\\\\s]", "\\\\S+", "(?s:a)", "[[:space:]]"}) {
    EXPECT_FALSE(is_denied("list", "{type: string, pattern: \"" + pattern + "\"}")) << pattern;
  }
  EXPECT_TRUE(is_denied("list", "{enum: [a b, c]}"));
  EXPECT_FALSE(is_denied("list", "{enum: [a -c, c]}"));
  EXPECT_FALSE(is_denied("list", "{anyOf: [{enum: [a]}, {enum: ['b -c']}]}"));
}

TEST(DeniedCommands, AnotherEntryWithTheOptionDeniesItToo) {
  const std::string git = Git(", options: ['-c VALUE']");
  EXPECT_TRUE(IsDenied(git, kDashC, kDashC));
  EXPECT_TRUE(IsDenied(git, kDashC, "command: git"));
  EXPECT_FALSE(IsDenied(git, kDashC, "command: git, option: '-C'"));
  EXPECT_FALSE(IsDenied(git, kDashC, "command: git log"));
  EXPECT_FALSE(IsDenied(git, "command: git", kDashC));
  EXPECT_TRUE(IsDenied(git, "command: ls, option: '-c'"));
}

}  // namespace
}  // namespace callgate::policy
