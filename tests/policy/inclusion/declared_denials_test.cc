#include "core/policy/inclusion/declared_denials.h"

#include <gtest/gtest.h>

#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Constrained;
using test::Reaching;

// The parent's first deny entry fires, on what the child's first capability accepts, only where an
// entry of the child does.
bool OnlyWithChild(const Reaching& parent, const Reaching& child) {
  const DenialsByKind entries(*child.context, "t");
  const ToolSights sights(parent.reach, child.reach, "t");
  DenyCover cover(*child.context);
  const Reached accepting = child[0];
  return FiresOnlyWithChild({parent.reach, child.reach, accepting, "t", entries, sights, cover},
                            parent.context->deny_list.at(0));
}

bool OnlyWithChild(const std::string& arguments, const std::string& parent_entry,
                   const std::string& child_entry = "") {
  const std::string declared = "arguments: {" + arguments + "}";
  return OnlyWithChild(Constrained(declared, parent_entry), Constrained(declared, child_entry));
}

TEST(DeclaredDenials, WhatAllowLeavesOutIsNotDenied) {
  const std::string path = "p: {path: {allow: [/a], except: [/a/x]}}";
  EXPECT_TRUE(OnlyWithChild(path, "'t:/b'"));
  EXPECT_TRUE(OnlyWithChild(path, "'t:/a/x/y'")) << "excepted";
  EXPECT_FALSE(OnlyWithChild(path, "'t:/a/y'"));
  EXPECT_FALSE(OnlyWithChild(path, "'t:/'"));
  const std::string url = "u: {url: {allow: ['*.x.test'], except: [a.x.test]}}";
  EXPECT_TRUE(OnlyWithChild(url, "'t:y.test'"));
  EXPECT_TRUE(OnlyWithChild(url, "'t:a.x.test'")) << "excepted";
  EXPECT_FALSE(OnlyWithChild(url, "'t:b.x.test'"));
  const std::string command = "c: {command: {allow: [{words: [git], then: [log]}]}}";
  EXPECT_TRUE(OnlyWithChild(command, "'t:git push'"));
  EXPECT_TRUE(OnlyWithChild(command, "'t:ls'"));
  EXPECT_FALSE(OnlyWithChild(command, "'t:git'"));
  EXPECT_FALSE(OnlyWithChild(command, "'t:git log -p'"));
}

TEST(DeclaredDenials, AnEntryOfTheChildCoversWhatItSeesAlike) {
  const std::string path = "p: {path: {allow: [/a]}}";
  EXPECT_TRUE(OnlyWithChild(path, "'t:/a/y'", "'t:/a/y'"));
  EXPECT_TRUE(OnlyWithChild(path, "'t:/a/y'", "'t:/a'"));
  EXPECT_FALSE(OnlyWithChild(path, "'t:/a/y'", "'t:/a/y/z'"));
  EXPECT_FALSE(
      OnlyWithChild(Constrained("arguments: {p: {path: {allow: [/a], base: /a}}}", "'t:/a/y'"),
                    Constrained("arguments: {p: {path: {allow: [/a], base: /b}}}", "'t:/a/y'")))
      << "a relative path means another";
}

// A command whose words are files of /a without /a/x.
std::string Files(const std::string& rest, const std::string& words = "cat") {
  return "arguments: {c: {command: {allow: [{words: [" + words +
         "], operands: {path: {allow: [/a], except: [/a/x]}}, " + rest + "}]}}}";
}

TEST(DeclaredDenials, EachEntryOfACommandIsSeenByItself) {
  const auto only = [](const std::string& parent, const std::string& child,
                       const std::string& entry, const std::string& own = "") {
    return OnlyWithChild(Constrained(parent, entry), Constrained(child, own));
  };
  const std::string one = Files("minOperands: 1, maxOperands: 1");
  const std::string two = Files("minOperands: 2, maxOperands: 2");
  EXPECT_TRUE(only(one, two, "'t:/a/x/y'")) << "excepted";
  EXPECT_FALSE(only(one, two, "'t:/a/y'"));
  EXPECT_TRUE(only(one, two, "'t:/a/y'", "'t:/a/y'"));
  EXPECT_TRUE(only(one, Files("options: ['-n'], maxOperands: 1"), "'t:/a/y'", "'t:/a/y'"));
  EXPECT_TRUE(only(one, Files("maxOperands: 1", "ls"), "'t:/a/y'", "'t:/a/z'"))
      << "the parent sees words of cat alone";
  const std::string text =
      "arguments: {c: {command: {allow: [{words: [cat], operands: {enum: [/a/y]}, "
      "maxOperands: 1}]}}}";
  EXPECT_FALSE(only(one, text, "'t:/a/y'", "'t:/a/y'")) << "the child sees no path";
}

TEST(DeclaredDenials, AWordThatTwoEntriesReadDifferentlyIsSeen) {
  const auto only = [](const std::string& parent, const std::string& child) {
    return OnlyWithChild(Constrained(parent, "'t:/a/y'"), Constrained(child, "'t:/a/y'"));
  };
  const auto command = [](const std::string& rule) {
    return "arguments: {c: {command: {allow: [" + rule + "]}}}";
  };
  const std::string file = "{path: {allow: [/a]}}";
  const std::string value = command("{words: [cat], options: ['-n VALUE': " + file + "]}");
  EXPECT_TRUE(only(value, value));
  EXPECT_FALSE(only(value, command("{words: [cat], options: ['-n'], operands: {enum: [/a/y]}, "
                                   "maxOperands: 1}")));
  EXPECT_FALSE(only(command("{words: [cat], operands: " + file + ", maxOperands: 2}"),
                    command("{words: [cat, b], operands: " + file + ", maxOperands: 1}")))
      << "a word of one is an operand of the other";
  EXPECT_TRUE(only(command("{words: [cat, b, --], operands: " + file + ", maxOperands: 2}"),
                   command("{words: [cat], operands: {enum: [/a/y]}, maxOperands: 3}")))
      << "it refuses --";
}

TEST(DeclaredDenials, ANameAnywhereIsDeniedFromAnyBase) {
  const auto only = [](const std::string& before, const std::string& after,
                       const std::string& entry) {
    const auto path = [](const std::string& base) {
      return "arguments: {p: {path: {allow: [/w, /s]" + base + "}}}";
    };
    const std::string object = "{tool_pattern: t, path: '" + entry + "'}";
    return OnlyWithChild(Constrained(path(before), object), Constrained(path(after), object));
  };
  EXPECT_TRUE(only(", base: /w", ", base: /s", "**/.env"));
  EXPECT_TRUE(only(", base: /w", ", base: /w/a", "**/.env*"));
  EXPECT_TRUE(only("", ", base: /s", "**/.env"));
  EXPECT_TRUE(only(", base: /w", ", base: /s/.env", "**/.env")) << "all of it is denied";
  EXPECT_FALSE(only(", base: /s/.env", ", base: /w", "**/.env"));
  EXPECT_FALSE(only(", base: /s/a", ", base: /w", "**/a/b")) << "b alone was denied";
  EXPECT_FALSE(only(", base: /w", "", "**/.env")) << "the child's entry sees no relative path";
  EXPECT_FALSE(only(", base: /w", ", base: /s", "/w/x")) << "x alone was denied";
  EXPECT_TRUE(only(", base: /w", ", base: /s", "/t"));
}

TEST(DeclaredDenials, WhatIsNoKindIsNotSeen) {
  EXPECT_TRUE(OnlyWithChild("p: {type: string}", "'t:/a'"));
  EXPECT_TRUE(OnlyWithChild("p: {path: {allow: [/a]}}", "'t:x.test'"));
  EXPECT_FALSE(OnlyWithChild("p: {any: true}", "'t:/a'"));
  EXPECT_TRUE(OnlyWithChild("p: {any: true}", "'t:/a'", "'t:/a'"));
}

TEST(DeclaredDenials, AParentInTheShortFormGuesses) {
  const auto only = [](const std::string& arguments, const std::string& entry) {
    return OnlyWithChild(Constrained("", entry), Constrained("arguments: {" + arguments + "}"));
  };
  EXPECT_TRUE(only("n: {type: integer}, mode: {enum: [r, rw]}", "'t:/a'"));
  EXPECT_FALSE(only("mode: {type: string}", "'t:/a'"));
  EXPECT_TRUE(only("path: {path: {allow: [/b]}}", "'t:/a'"));
  EXPECT_FALSE(only("path: {path: {allow: [/b], base: /b}}", "'t:/a'"));
  EXPECT_FALSE(only("path: {path: {allow: [/b]}}", "'t:x.test'")) << "//b looks like a URL";
  EXPECT_FALSE(only("paths: {type: array, items: {type: integer}}", "'t:/a'")) << "malformed";
  EXPECT_TRUE(only("url: {url: {allow: [y.test]}}", "'t:x.test'"));
  EXPECT_TRUE(only("command: {command: {allow: [{words: [git, log]}]}}", "'t:git push'"));
  EXPECT_FALSE(only("command: {command: {allow: [{words: [git, log]}]}}, cmd: {type: string}",
                    "'t:git push'"));
}

TEST(DeclaredDenials, EachCapabilityOnTheToolShowsItsOwn) {
  const Reaching parent(
      "{tool_pattern: t, arguments: {p: {type: string}}}, "
      "{tool_pattern: '*', arguments: {p: {path: {allow: [/a]}}}}",
      "'t:/a/x'");
  const std::string entry = "'t:/a/x'";
  EXPECT_FALSE(OnlyWithChild(parent, Constrained("arguments: {p: {type: string}}", entry)))
      << "the child's entry sees no path";
  EXPECT_TRUE(OnlyWithChild(parent, Constrained("arguments: {p: {path: {allow: [/a]}}}", entry)));
}

TEST(DeclaredDenials, BesideOthersAMalformedPathFires) {
  const std::string entry = "'t:/a/x'";
  const std::string path = "{tool_pattern: t, arguments: {p: {path: {allow: [/a]}}}}";
  const std::string text = "{tool_pattern: t, arguments: {p: {type: string}}}";
  const std::string perhaps =
      "{tool_pattern: t, arguments: {p: {anyOf: [{path: {allow: [/a]}}, {const: '-'}]}}}";
  const std::string number =
      "{tool_pattern: t, arguments: {p: {anyOf: [{path: {allow: [/a]}}, {type: integer}]}}}";
  const auto only = [&](const std::string& parent, const std::string& child) {
    return OnlyWithChild(Reaching(parent, entry), Reaching(child, entry));
  };
  EXPECT_TRUE(only(text + "," + path, text + "," + path));
  EXPECT_TRUE(only(text + "," + perhaps, text + "," + perhaps));
  EXPECT_TRUE(only(text + "," + path, path)) << "the child takes nothing malformed";
  EXPECT_FALSE(only(text + "," + path, text + "," + perhaps)) << "'-' fires the parent's alone";
  EXPECT_FALSE(only(text + "," + number, text + "," + perhaps));
  EXPECT_TRUE(only(text + "," + perhaps, text + "," + path));
}

TEST(DeclaredDenials, AWordOfACommandOrAnAddressMayBeAHost) {
  const auto only = [](const std::string& arguments) {
    return OnlyWithChild(Constrained("", "{tool_pattern: t, domain: loopback}"),
                         Constrained("arguments: {" + arguments + "}"));
  };
  EXPECT_TRUE(only("mode: {const: localhost}"));
  EXPECT_FALSE(only("command: {const: localhost}"));
  EXPECT_FALSE(only("ip: {const: '2130706433'}"));
  EXPECT_FALSE(only("address: {type: string}"));
}

TEST(DeclaredDenials, ACallOfTheShortFormIsSeenAsDeclaredToo) {
  const std::string capabilities =
      "{tool_pattern: t}, {tool_pattern: t, arguments: {p: {path: {allow: [/a]}}}}";
  EXPECT_TRUE(OnlyWithChild(Reaching(capabilities, "'t:/a'"), Reaching(capabilities, "'t:/a'")));
  EXPECT_FALSE(OnlyWithChild(Reaching(capabilities, "'t:/a'"), Constrained("", "'t:/a'")));
}

}  // namespace
}  // namespace callgate::policy
