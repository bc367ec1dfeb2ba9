#include "core/policy/counterexample/schema_values.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/policy/containment.h"
#include "core/policy/counterexample/could_allow.h"
#include "core/policy/evaluate/evaluate.h"
#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using test::Constrained;

// Values of the argument `a`, with that of another capability as neighbour where there is one.
JsonTexts Values(const std::string& schema, const std::string& neighbour = "") {
  const test::Reaching one = Constrained("arguments: {a: {" + schema + "}}");
  const auto& members = one[0].capability.arguments->members;
  if (neighbour.empty()) return ValuesOf(*members.at(0).schema, {});
  const test::Reaching other = Constrained("arguments: {a: {" + neighbour + "}}");
  return ValuesOf(*members.at(0).schema,
                  {other[0].capability.arguments->members.at(0).schema.get()});
}

bool Holds(const JsonTexts& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

TEST(SchemaValues, LieAtTheEndsOfIntervals) {
  const JsonTexts numbers = Values("type: integer, minimum: 3, maximum: 9");
  EXPECT_TRUE(Holds(numbers, "3"));
  EXPECT_TRUE(Holds(numbers, "9"));
  EXPECT_FALSE(Holds(numbers, "2"));
  EXPECT_TRUE(Holds(Values("type: integer", "type: integer, maximum: 5"), "6"));
  EXPECT_TRUE(Holds(Values("type: number", "type: integer"), "1.5"));
  EXPECT_TRUE(
      Holds(Values("type: string, maxLength: 9", "type: string, maxLength: 4"), R"("aaaaa")"));
  EXPECT_TRUE(Holds(Values("type: array, items: {const: x}",
                           "type: array, items: {const: x}, "
                           "maxItems: 1"),
                    R"(["x","x"])"));
}

TEST(SchemaValues, HoldEveryConstantAndEntry) {
  EXPECT_EQ(Values("enum: [a, true]"), (JsonTexts{R"("a")", "true"}));
  EXPECT_TRUE(Holds(Values("const: 1"), "1.0")) << "another spelling";
  const JsonTexts paths = Values("path: {allow: [/a, /b/*]}");
  EXPECT_TRUE(Holds(paths, R"("/a")"));
  EXPECT_TRUE(Holds(paths, R"("/b/x-unlisted")"));
  EXPECT_TRUE(
      Holds(Values("path: {allow: [/a]}", "path: {allow: [/a], except: [/a/b]}"), R"("/a/b")"));
  EXPECT_TRUE(Holds(Values("url: {allow: [x.test]}"), R"("https://x.test/")"));
  EXPECT_TRUE(Holds(Values("command: {allow: [{words: [git], then: [log], options: [-q]}]}"),
                    R"("git log -q")"));
}

TEST(SchemaValues, LeaveOptionalMembersOutAndPutThemIn) {
  const JsonTexts objects =
      Values("type: object, properties: {b: {const: 1}, c: {const: 2, optional: true}}");
  EXPECT_TRUE(Holds(objects, R"({"b":1})"));
  EXPECT_TRUE(Holds(objects, R"({"b":1,"c":2})"));
}

TEST(SchemaValues, OperandsAndOptionsTakeBoundariesOfNeighbours) {
  const std::string denied = "path: {allow: [/w/.env], except: [/w/.env]}";
  const std::string path = "{path: {allow: [/w]}}";
  const auto command = [](const std::string& rest) {
    return "command: {form: text, allow: [{words: [cat], " + rest + "}]}";
  };
  EXPECT_TRUE(Holds(Values(command("operands: " + path), denied), R"("cat /w/.env")"));
  EXPECT_FALSE(Holds(Values(command("operands: " + path)), R"("cat /w/.env")"));
  EXPECT_TRUE(
      Holds(Values(command("operands: " + path + ", minOperands: 1, maxOperands: 1"), denied),
            R"("cat /w/.env")"));
  EXPECT_TRUE(
      Holds(Values(command("operands: [{enum: [a]}, " + path + "], minOperands: 2"), denied),
            R"("cat a /w/.env")"));
  EXPECT_TRUE(
      Holds(Values(command("options: ['-f VALUE': " + path + "]"), denied), R"("cat -f /w/.env")"));
  EXPECT_TRUE(Holds(Values(command("operands: " + path),
                           command("operands: {path: {allow: [/w], except: [/w/x]}}")),
                    R"("cat /w/x")"));
  const std::string many =
      "command: {form: text, allow: [{words: [git], then: [log, diff, show], "
      "options: ['-n VALUE': {type: string, pattern: '[0-9a-z/.]+'}]}, "
      "{words: [cat], operands: " +
      path + ", minOperands: 1}]}";
  EXPECT_TRUE(Holds(Values(many, denied), R"("cat /w/.env")")) << "behind what takes no paths";
  EXPECT_TRUE(Holds(Values(command("operands: {url: {allow: ['*']}}"),
                           "url: {allow: [b.example], except: [b.example]}"),
                    R"("cat https://b.example/")"));
}

// The witness of a child that is not within its parent; empty where there is none.
std::string Shown(const std::string& outer, const std::string& inner) {
  const auto parent =
      test::CompileOne("{name: c, capabilities: [{tool_pattern: t, " + outer + "}]}");
  const auto child =
      test::CompileOne("{name: c, capabilities: [{tool_pattern: t, " + inner + "}]}");
  const Containment containment = Contains(*parent, *child);
  EXPECT_FALSE(containment.contained) << outer << " | " << inner;
  return containment.witness ? containment.witness->arguments : "";
}

TEST(DeclaredWitness, ShowsWhatExceeds) {
  const std::pair<const char*, const char*> pairs[] = {
      {"arguments: {a: {type: integer, maximum: 5}}",
       "arguments: {a: {type: integer, maximum: 6}}"},
      {"arguments: {a: {type: integer}}", "arguments: {a: {const: 1}}"},
      {"arguments: {a: {enum: [x, y]}}", "arguments: {a: {enum: [y, z]}}"},
      {"arguments: {a: {type: string, maxLength: 5}}", "arguments: {a: {type: string}}"},
      {"arguments: {a: {path: {allow: [/a], except: [/a/b]}}}",
       "arguments: {a: {path: {allow: [/a]}}}"},
      {"arguments: {a: {path: {allow: [/a]}}}", "arguments: {a: {path: {allow: [/a], base: /a}}}"},
      {"arguments: {a: {url: {allow: [x.test]}}}", "arguments: {a: {url: {allow: ['*.test']}}}"},
      {"arguments: {a: {type: string}}", "arguments: {a: {type: string, optional: true}}"},
      {"arguments: {a: {type: string}}", "arguments: {a: {type: string, nullable: true}}"},
      {"arguments: {a: {type: string}}", "arguments: {a: {type: string}, b: {type: string}}"},
      {"arguments: {a: {type: object, properties: {b: {type: integer}}}}",
       "arguments: {a: {type: object, properties: {b: {type: number}}}}"},
      {"arguments: {a: {command: {allow: [{words: [git, log]}]}}}",
       "arguments: {a: {command: {allow: [{words: [git], then: [log, push]}]}}}"},
      {"path_allowlist: [/a], when_absent: allow", "arguments: {mode: {type: string}}"},
      {"domain_allowlist: [x.test], when_absent: allow", "arguments: {p: {path: {allow: [/a]}}}"},
      {"arguments: {a: {type: string}}", ""},
      {"arguments: {a: {any: true, optional: true}}", "only_arguments: []"}};
  for (const auto& [outer, inner] : pairs) {
    EXPECT_NE(Shown(outer, *inner == '\0' ? "exec: shell" : inner), "") << outer << " | " << inner;
  }
}

TEST(DeclaredWitness, UncoveredNamesArgumentAndKeyword) {
  const auto parent = test::CompileOne(
      "{name: c, capabilities: [{tool_pattern: t, arguments: {a: {type: string, pattern: "
      "'a+'}}}]}");
  const auto child = test::CompileOne(
      "{name: c, capabilities: [{tool_pattern: t, arguments: {a: {type: string, pattern: "
      "'aa*'}}}]}");
  EXPECT_EQ(Contains(*parent, *child).reason,
            "uncovered: arguments of capability 0 (t) exceeds capability 0 (t): a: pattern aa* "
            "(parent: a+)");
}

TEST(DeclaredCouldAllow, IsExactButForPatterns) {
  const auto could = [](const std::string& arguments, const std::string& denied = "") {
    return CouldAllow(*Constrained("arguments: {" + arguments + "}", denied).context, "t");
  };
  EXPECT_TRUE(could(""));
  EXPECT_TRUE(could("a: {type: string, pattern: '[^a-zA-Z0-9]{7}'}"));
  EXPECT_TRUE(could("a: {path: {allow: [/a, /b]}}", "'t:/a'"));
  EXPECT_FALSE(could("a: {path: {allow: [/a, /b]}}", "'t:/'"));
  EXPECT_FALSE(could("a: {path: {allow: []}}"));
  EXPECT_TRUE(could("a: {path: {allow: []}, optional: true}"));
  EXPECT_FALSE(could("a: {path: {allow: [/a], except: [/a]}}"));
  EXPECT_FALSE(could("a: {url: {allow: [x.test]}}", "'t:*.test'"));
  EXPECT_TRUE(
      could("a: {type: array, minItems: 2, items: {enum: [x, y]}, uniqueItems: true, "
            "maxItems: 2}"));
}

}  // namespace
}  // namespace callgate::policy
