// What a parent does not cover, one by one, and how it is described.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/policy/containment.h"
#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Constrained;
using test::Reaching;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Sentences on what is not covered, at most that many.
std::vector<std::string> Sentences(const Reaching& parent, const Reaching& child,
                                   std::size_t most = 100) {
  std::vector<std::string> sentences;
  ForEachUncovered(parent.reach, child.reach, [&](const Uncovered& uncovered) {
    sentences.push_back(Describe(parent.reach, child.reach, uncovered));
    return sentences.size() < most;
  });
  return sentences;
}

TEST(Uncovered, IsNothingOfAContextWithin) {
  EXPECT_THAT(Sentences(Reaching("{tool_pattern: t}"), Reaching("{tool_pattern: t}")), IsEmpty());
}

TEST(Uncovered, IsAToolThatTheParentDoesNotHave) {
  EXPECT_THAT(Sentences(Reaching("{tool_pattern: a}"), Reaching("{tool_pattern: b}")),
              ElementsAre("capability 0 (b) reaches the tool b"));
}

TEST(Uncovered, IsWhatTheParentDenies) {
  EXPECT_THAT(Sentences(Constrained("", "'t:/a'"), Constrained("")),
              ElementsAre("capability 0 (t) reaches what the deny entry for t stops: /a"));
  EXPECT_THAT(Sentences(Constrained("", "'t:/a'"), Constrained("", "'t:/a'")), IsEmpty());
}

TEST(Uncovered, IsALimitThatExceeds) {
  EXPECT_THAT(Sentences(Constrained("rate_limit: {calls: 1, per_seconds: 2}"), Constrained("")),
              ElementsAre("rate_limit of capability 0 (t), none, exceeds that of capability 0 (t), "
                          "1 calls in 2 s"));
}

TEST(Uncovered, NamesTheCapabilityThatLeavesTheFewestGaps) {
  const std::string two = "{tool_pattern: t, path_allowlist: [/b], only_arguments: [a]}";
  const std::string one = "{tool_pattern: t, path_allowlist: [/b]}";
  const Reaching child = Constrained("path_allowlist: [/a]");
  const auto closest = [&](const std::string& parent) {
    return Sentences(Reaching(parent), child).at(0);
  };
  EXPECT_EQ(closest(two + "," + one),
            "path_allowlist of capability 0 (t) exceeds capability 1 (t): /a");
  EXPECT_EQ(closest(one + "," + two),
            "path_allowlist of capability 0 (t) exceeds capability 0 (t): /a");
  EXPECT_EQ(closest(one + "," + one),
            "path_allowlist of capability 0 (t) exceeds capability 0 (t): /a");
}

TEST(Uncovered, NamesTheEntryThatExceeds) {
  const auto part = [](const std::string& parent, const std::string& child) {
    const std::string sentence = Sentences(Constrained(parent), Constrained(child)).at(0);
    return sentence.substr(sentence.find("exceeds capability 0 (t)") + 24);
  };
  EXPECT_EQ(part("domain_allowlist: [a.example]", "domain_allowlist: [a.example, b.example]"),
            ": b.example");
  EXPECT_EQ(part("command_allowlist: [git]", "command_allowlist: [git, ls -l]"), ": ls -l");
  EXPECT_EQ(part("only_arguments: [a]", "only_arguments: [a, b]"), ": b");
  EXPECT_EQ(part("argument_patterns: {a: x}", "argument_patterns: {a: y}"), ": a y (parent: x)");
  EXPECT_EQ(part("path_allowlist: [/a]", ""), "") << "the whole constraint";
  EXPECT_EQ(part("arguments: {p: {path: {allow: [/a], except: ['**/.env']}}}",
                 "arguments: {p: {path: {allow: [/a]}}}"),
            ": p: except **/.env");
  EXPECT_EQ(part("arguments: {u: {url: {allow: [a.example]}}}",
                 "arguments: {u: {url: {allow: [a.example, b.example]}}}"),
            ": u: allow b.example");
  EXPECT_EQ(part("arguments: {n: {enum: [a, b]}}", "arguments: {n: {enum: [b, c]}}"),
            ": n: enum c");
  EXPECT_EQ(part("arguments: {c: {command: {allow: [{words: [git], then: [log]}]}}}",
                 "arguments: {c: {command: {allow: [{words: [git], then: [log, push]}]}}}"),
            ": c: allow git push");
}

TEST(Uncovered, NamesWhatBothSayUnderAKeyword) {
  const auto both = [](const std::string& parent, const std::string& child) {
    const auto of = [](const std::string& schema) { return "arguments: {a: {" + schema + "}}"; };
    const std::string sentence = Sentences(Constrained(of(parent)), Constrained(of(child))).at(0);
    const std::string begin = "exceeds capability 0 (t): a: ";
    return sentence.substr(sentence.find(begin) + begin.size());
  };
  EXPECT_EQ(both("type: string, maxLength: 100", "type: string, maxLength: 200"),
            "maxLength 200 (parent: 100)");
  EXPECT_EQ(both("type: string, maxLength: 100", "type: string"), "maxLength none (parent: 100)");
  EXPECT_EQ(both("type: string, pattern: a+", "type: string, pattern: b+"),
            "pattern b+ (parent: a+)");
  EXPECT_EQ(both("type: integer, minimum: 1", "type: integer, exclusiveMinimum: -5"),
            "minimum exclusiveMinimum -5 (parent: 1)");
  EXPECT_EQ(both("type: integer, multipleOf: 4", "type: integer, multipleOf: 6"),
            "multipleOf 6 (parent: 4)");
  EXPECT_EQ(both("type: string", "type: [string, integer]"),
            "type string or integer (parent: string)");
  EXPECT_EQ(both("enum: [a, b]", "type: string"), "enum string (parent: a, b)");
  EXPECT_EQ(both("type: string", "type: string, nullable: true"), "nullable true (parent: false)");
  EXPECT_EQ(both("path: {allow: [/w, /s], base: /w}", "path: {allow: [/w, /s], base: /s}"),
            "base /s (parent: /w)");
  EXPECT_EQ(both("command: {allow: [{words: [ls]}], form: text}",
                 "command: {allow: [{words: [ls]}], form: list}"),
            "form list (parent: text)");
}

TEST(Uncovered, NamesALimitBeforeAnyOtherGap) {
  const std::string limit =
      "{tool_pattern: t, path_allowlist: [/a], rate_limit: {calls: 1, per_seconds: 2}}";
  const std::string other = "{tool_pattern: t, path_allowlist: [/b]}";
  const Reaching child = Constrained("path_allowlist: [/a]");
  for (const std::string& parent : {limit + "," + other, other + "," + limit}) {
    EXPECT_THAT(Sentences(Reaching(parent), child).at(0), testing::StartsWith("rate_limit"))
        << parent;
  }
}

TEST(Uncovered, IsToldOneByOneUntilNoMoreIsWanted) {
  const Reaching parent = Constrained("command_allowlist: [git], only_arguments: [cmd]", "'t:/a'");
  const Reaching child = Constrained("command_allowlist: [ls, cat]");
  EXPECT_THAT(Sentences(parent, child), SizeIs(3)) << "two commands and the deny entry";
  EXPECT_THAT(Sentences(parent, child, 1), SizeIs(1));
  EXPECT_THAT(Sentences(parent, child, 2), SizeIs(2));
}

TEST(Uncovered, IsNotOfACallThatTheChildDenies) {
  EXPECT_THAT(Sentences(Reaching("{tool_pattern: u}"), Constrained("", "t")), IsEmpty());
  EXPECT_THAT(
      Sentences(Reaching("{tool_pattern: u}"), Constrained("command_allowlist: [git]", "'t:git'")),
      IsEmpty());
  EXPECT_THAT(Sentences(Reaching("{tool_pattern: u}"), Constrained("path_allowlist: []")),
              IsEmpty());
}

// The smallest call is shown of the first capabilities that have one, not of all.
TEST(Containment, ShowsTheSmallestOfEightWitnesses) {
  std::string capabilities;
  for (int i = 1; i <= 8; ++i) {
    capabilities += "{tool_pattern: tool" + std::string(9 - i, 'x') + std::to_string(i) + "}, ";
  }
  const Reaching child(capabilities + "{tool_pattern: z}");
  const auto containment = Contains(*Reaching("").context, *child.context);
  ASSERT_TRUE(containment.witness);
  EXPECT_EQ(containment.witness->tool, "toolx8");
  EXPECT_EQ(containment.reason, "capability 7 (toolx8) reaches the tool toolx8");
}

TEST(Containment, IsUncoveredWhereNoneOfSixtyFourShowsACall) {
  const auto reason = [](int count) {
    std::string capabilities;
    for (int i = 0; i < count; ++i) {
      capabilities += "{tool_pattern: t" + std::to_string(i) +
                      ", argument_patterns: {mode: 'x{40}'}}, ";  // which no drafted string matches
    }
    return Contains(*Reaching("").context, *Reaching(capabilities + "{tool_pattern: z}").context)
        .reason;
  };
  EXPECT_EQ(reason(63), "capability 63 (z) reaches the tool z");
  EXPECT_EQ(reason(64), "uncovered: capability 0 (t0) reaches the tool t0");
}

}  // namespace
}  // namespace callgate::policy
