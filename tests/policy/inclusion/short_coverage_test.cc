#include "core/policy/inclusion/short_coverage.h"

#include <gtest/gtest.h>

#include "core/policy/inclusion/declared_subsumption.h"
#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

// Where a capability in the short form may refuse what another declares: place and keyword.
std::string Gap(const std::string& outer, const std::string& arguments) {
  const test::Reaching around = test::Constrained(outer);
  const test::Reaching within = test::Constrained("arguments: {" + arguments + "}");
  const auto gap = FindArgumentsGap(around[0], within[0]);
  if (!gap) return "";
  return gap->place + (gap->place.empty() ? "" : " ") + gap->keyword;
}

TEST(ShortCoverage, WithoutConstraintsCoversAll) {
  EXPECT_EQ(Gap("", "a: {any: true}"), "");
  EXPECT_EQ(Gap("rate_limit: {calls: 1, per_seconds: 1}", "a: {type: string}"), "");
}

TEST(ShortCoverage, OnlyArgumentsListTheNames) {
  EXPECT_EQ(Gap("only_arguments: [a, b]", "a: {any: true}"), "");
  EXPECT_EQ(Gap("only_arguments: [a]", "a: {type: string}, B: {type: string}"), "B only_arguments");
  EXPECT_EQ(Gap("only_arguments: [A]", "a: {type: string}"), "a only_arguments");
}

TEST(ShortCoverage, NumbersAndBooleansAreNotGuessed) {
  const std::string paths = "path_allowlist: [/a], when_absent: allow";
  EXPECT_EQ(Gap(paths, "path: {type: integer}, b: {type: boolean}"), "");
  EXPECT_EQ(Gap(paths, "paths: {type: array, items: {type: integer}}"), "paths.items type");
  EXPECT_EQ(Gap("domain_allowlist: [x.test], when_absent: allow", "host: {type: integer}"),
            "host domain_allowlist")
      << "an integer may be an address";
  EXPECT_EQ(Gap("domain_allowlist: [x.test], when_absent: allow", "port: {type: integer}"),
            "port domain_allowlist");
  EXPECT_EQ(Gap("domain_allowlist: [x.test], when_absent: allow",
                "port: {type: integer, minimum: 80, maximum: 80}"),
            "");
}

TEST(ShortCoverage, StringsAreJudgedAlikeOrNotAtAll) {
  const std::string paths = "path_allowlist: [/a], when_absent: allow";
  EXPECT_EQ(Gap(paths, "mode: {type: string}"), "mode path_allowlist");
  EXPECT_EQ(Gap(paths, "content: {type: string}"), "") << "an exempt word";
  EXPECT_EQ(Gap(paths + ", free_arguments: [mode]", "mode: {type: string}"), "");
  EXPECT_EQ(Gap(paths, "mode: {enum: [r, rw]}"), "");
  EXPECT_EQ(Gap(paths, "mode: {enum: [r, /b]}"), "mode path_allowlist");
  EXPECT_EQ(Gap(paths, "mode: {enum: [r, /a/b]}"), "");
  EXPECT_EQ(Gap(paths, "path: {enum: [r]}"), "path path_allowlist");
  EXPECT_EQ(Gap(paths, "x: {any: true}"), "x any");
}

TEST(ShortCoverage, KindsPassTheList) {
  const std::string paths = "path_allowlist: [/a]";
  EXPECT_EQ(Gap(paths, "path: {path: {allow: [/a/b]}}"), "");
  EXPECT_EQ(Gap(paths, "path: {path: {allow: [/b]}}"), "path path_allowlist");
  EXPECT_EQ(Gap(paths, "path: {path: {allow: [/a], base: /a}}"), "path path_allowlist");
  EXPECT_EQ(Gap(paths + ", base_directory: /a", "path: {path: {allow: [/a], base: /a}}"), "");
  EXPECT_EQ(Gap(paths + ", when_absent: allow", "url: {url: {allow: [x.test]}}"),
            "url path_allowlist")
      << "a URL may hold a segment of two dots";
  EXPECT_EQ(Gap("domain_allowlist: ['*.x.test']", "url: {url: {allow: [a.x.test]}}"), "");
  EXPECT_EQ(Gap("domain_allowlist: ['*.x.test']", "host: {host: {allow: [a.x.test]}}"), "");
  EXPECT_EQ(Gap("domain_allowlist: [x.test]", "url: {url: {allow: [y.test]}}"),
            "url domain_allowlist");
  EXPECT_EQ(Gap("domain_allowlist: [x.test], when_absent: allow", "path: {path: {allow: [/a]}}"),
            "path domain_allowlist")
      << "a path of two slashes looks like a URL";
}

TEST(ShortCoverage, AbsenceIsAcceptedOrCannotBe) {
  const std::string paths = "path_allowlist: [/a]";
  EXPECT_EQ(Gap(paths, "path: {path: {allow: [/a]}}"), "");
  EXPECT_EQ(Gap(paths, "path: {path: {allow: [/a]}, optional: true}"), "path_allowlist");
  EXPECT_EQ(Gap(paths, "path: {path: {allow: [/a]}, nullable: true}"), "path_allowlist");
  EXPECT_EQ(Gap(paths, "x: {path: {allow: [/a]}}"), "");
  EXPECT_EQ(Gap(paths, "paths: {type: array, items: {path: {allow: [/a]}}}"), "path_allowlist");
  EXPECT_EQ(Gap(paths, "paths: {type: array, items: {path: {allow: [/a]}}, minItems: 1}"), "");
}

TEST(ShortCoverage, PatternsAreTheSameText) {
  const std::string pattern = "argument_patterns: {q: 'a+'}";
  EXPECT_EQ(Gap(pattern, "Q: {type: string, pattern: 'a+'}"), "");
  EXPECT_EQ(Gap(pattern, "q: {enum: [a, aa]}"), "");
  EXPECT_EQ(Gap(pattern, "q: {enum: [a, b]}"), "q pattern");
  EXPECT_EQ(Gap(pattern, "q: {type: string}"), "q pattern");
  EXPECT_EQ(Gap(pattern, "q: {type: string, pattern: 'a+', optional: true}"), "q optional");
  EXPECT_EQ(Gap(pattern, "r: {type: string}"), "q argument_patterns");
}

TEST(ShortCoverage, CommandsBeginWithWhatIsListed) {
  const std::string git = "command_allowlist: [git], subcommand_allowlist: {git: [log, status]}";
  const auto command = [](const std::string& rule, const std::string& rest = "") {
    return "command: {command: {allow: [" + rule + "]" + rest + "}}";
  };
  EXPECT_EQ(Gap(git, command("{words: [git], then: [log]}")), "");
  EXPECT_EQ(Gap(git, command("{words: [git, status]}")), "");
  EXPECT_EQ(Gap(git, command("{words: [git], then: [log, push]}")), "command allow");
  EXPECT_EQ(Gap(git, command("{words: [git]}")), "command allow");
  EXPECT_EQ(Gap(git, command("{words: [git, log]}", ", exec: argv")), "command exec");
  EXPECT_EQ(Gap(git, command("{words: [git, log]}", ", exec: argv, form: text")), "");
  EXPECT_EQ(Gap(git + ", path_allowlist: [/a], when_absent: allow", command("{words: [git, log]}")),
            "command command");
  EXPECT_EQ(Gap(git, command("{words: [git, log]}") + ", cmd: {type: integer}"),
            "cmd command_allowlist");
  EXPECT_EQ(Gap(git, command("{words: [git, log]}") + ", env: {type: boolean}"),
            "env command_allowlist");
  EXPECT_EQ(Gap(git, command("{words: [git, log]}") + ", shell: {const: false}"), "");
  EXPECT_EQ(Gap(git, command("{words: [git, log]}") + ", shell: {type: boolean}"),
            "shell command_allowlist");
  EXPECT_EQ(Gap(git, "n: {type: integer}"), "command_allowlist");
}

}  // namespace
}  // namespace callgate::policy
