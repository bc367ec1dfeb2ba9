#include "core/policy/inclusion/schema_subsumption.h"

#include <gtest/gtest.h>

#include "core/policy/inclusion/declared_subsumption.h"
#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

// Where the arguments of one capability leave a gap of another's: place and keyword; empty where
// they leave none.
std::string Gap(const std::string& outer, const std::string& inner) {
  const test::Reaching around = test::Constrained(outer);
  const test::Reaching within = test::Constrained(inner);
  const auto gap = FindArgumentsGap(around[0], within[0]);
  if (!gap) return "";
  return gap->place + (gap->place.empty() ? "" : " ") + gap->keyword;
}

// Of the one argument `a`.
std::string GapOf(const std::string& outer, const std::string& inner) {
  const std::string gap = Gap("arguments: {a: {" + outer + "}}", "arguments: {a: {" + inner + "}}");
  return gap.starts_with("a ") ? gap.substr(2) : gap;
}

TEST(SchemaSubsumption, ASchemaCoversItself) {
  for (const std::string schema :
       {"any: true", "type: string", "type: [string, integer], nullable: true",
        "enum: [a, 1, true]", "type: string, pattern: 'a+', maxLength: 5",
        "type: number, exclusiveMinimum: 0.5", "path: {allow: [/a], except: [/a/b], base: /a}",
        "url: {allow: [x.test]}", "host: {allow: ['*.x.test']}",
        "uri: {schemes: [docs], allow: ['docs:*']}",
        "type: array, items: {type: string}, maxItems: 3, uniqueItems: true",
        "type: object, properties: {b: {type: boolean, optional: true}}",
        "anyOf: [{type: string}, {type: array, items: {type: integer}}]",
        "type: object, additionalProperties: {type: integer}, propertyNames: {type: string, "
        "pattern: '[a-z]+'}, maxProperties: 3"}) {
    EXPECT_EQ(GapOf(schema, schema), "") << schema;
    EXPECT_EQ(GapOf("any: true", schema), "") << schema;
    EXPECT_EQ(GapOf(schema, "any: true"), schema == "any: true" ? "" : "any") << schema;
  }
}

TEST(SchemaSubsumption, BoundsAreComparedAsIntervals) {
  EXPECT_EQ(GapOf("type: number, minimum: 1", "type: number, minimum: 1.5"), "");
  EXPECT_EQ(GapOf("type: number, minimum: 1.5", "type: number, minimum: 1"), "minimum");
  EXPECT_EQ(GapOf("type: number, minimum: 1", "type: number"), "minimum");
  EXPECT_EQ(GapOf("type: number, maximum: 10", "type: number, maximum: 1e1"), "");
  EXPECT_EQ(GapOf("type: number, exclusiveMaximum: 10", "type: number, maximum: 10"),
            "exclusiveMaximum");
  EXPECT_EQ(GapOf("type: number, maximum: 10", "type: number, exclusiveMaximum: 10"), "");
  EXPECT_EQ(GapOf("type: number, exclusiveMinimum: 1", "type: number, exclusiveMinimum: 1"), "");
  // The two have one nearest double, and that one is not below 50.
  EXPECT_EQ(
      GapOf("type: number, exclusiveMaximum: 50", "type: number, maximum: 49.99999999999999999999"),
      "exclusiveMaximum");
  EXPECT_EQ(GapOf("type: number, minimum: -9007199254740991", "type: integer"), "");
  EXPECT_EQ(GapOf("type: integer, multipleOf: 2", "type: integer, multipleOf: 4"), "");
  EXPECT_EQ(GapOf("type: integer, multipleOf: 4", "type: integer, multipleOf: 2"), "multipleOf");
}

TEST(SchemaSubsumption, AnIntegerHasNothingBetweenTwoNeighbours) {
  EXPECT_EQ(GapOf("type: integer, minimum: 1", "type: integer, exclusiveMinimum: 0"), "");
  EXPECT_EQ(GapOf("type: integer, exclusiveMinimum: 0", "type: integer, minimum: 1"), "");
  EXPECT_EQ(GapOf("type: integer, maximum: 9", "type: integer, exclusiveMaximum: 10"), "");
  EXPECT_EQ(GapOf("type: integer, exclusiveMaximum: 10", "type: integer, maximum: 9"), "");
  EXPECT_EQ(GapOf("type: integer, minimum: 2", "type: integer, exclusiveMinimum: 0"), "minimum");
  EXPECT_EQ(GapOf("type: integer, maximum: 8", "type: integer, exclusiveMaximum: 10"), "maximum");
  EXPECT_EQ(GapOf("type: number, minimum: 1", "type: number, exclusiveMinimum: 0"), "minimum");
}

TEST(SchemaSubsumption, AnIntegerIsANumberAndNotTheOtherWay) {
  EXPECT_EQ(GapOf("type: number", "type: integer"), "");
  EXPECT_EQ(GapOf("type: integer", "type: number"), "type");
  EXPECT_EQ(GapOf("type: integer", "type: integer, const: 1"), "");
  EXPECT_EQ(GapOf("type: integer", "const: 1"), "type") << "1.0 is such a constant as well";
  EXPECT_EQ(GapOf("type: number", "const: 1"), "");
}

TEST(SchemaSubsumption, EachConstantIsRunThroughTheOther) {
  EXPECT_EQ(GapOf("enum: [a, b, 1]", "enum: [b, 1.0]"), "");
  EXPECT_EQ(GapOf("enum: [a, b]", "enum: [b, c]"), "enum");
  EXPECT_EQ(GapOf("const: a", "enum: [a, b]"), "const");
  EXPECT_EQ(GapOf("enum: [a]", "type: string"), "const");
  EXPECT_EQ(GapOf("enum: ['1']", "const: 1"), "const");
  EXPECT_EQ(GapOf("type: string, pattern: 'a+'", "enum: [a, aa]"), "");
  EXPECT_EQ(GapOf("type: string, pattern: 'a+'", "enum: [a, b]"), "pattern");
  EXPECT_EQ(GapOf("type: string, maxLength: 2", "const: \"é€x\""), "maxLength");
  EXPECT_EQ(GapOf("type: string, maxLength: 3", "const: \"é€x\""), "");
  EXPECT_EQ(GapOf("enum: [1, 2, 3]", "type: integer, minimum: 1, maximum: 3"), "");
  EXPECT_EQ(GapOf("enum: [1, 2]", "type: integer, minimum: 1, maximum: 3"), "enum");
  EXPECT_EQ(GapOf("enum: [true, false]", "type: boolean"), "");
  EXPECT_EQ(GapOf("const: true", "type: boolean"), "const");
  EXPECT_EQ(GapOf("path: {allow: [/a], except: [/a/b]}", "enum: [/a, /a/c]"), "");
  EXPECT_EQ(GapOf("path: {allow: [/a], except: [/a/b]}", "const: /a/b/c"), "except");
  EXPECT_EQ(GapOf("path: {allow: [/a]}", "const: a"), "base");
  EXPECT_EQ(GapOf("path: {allow: [/a], base: /a}", "const: b"), "");
}

TEST(SchemaSubsumption, LengthsAndCountsAreComparedAsIntervals) {
  EXPECT_EQ(GapOf("type: string, maxLength: 5", "type: string, maxLength: 4"), "");
  EXPECT_EQ(GapOf("type: string, maxLength: 5", "type: string, maxLength: 6"), "maxLength");
  EXPECT_EQ(GapOf("type: string, minLength: 1", "type: string"), "minLength");
  EXPECT_EQ(GapOf("type: string, minLength: 1", "path: {allow: [/a]}"), "");
  const std::string list = "type: array, items: {type: string}";
  EXPECT_EQ(GapOf(list + ", minItems: 1", list + ", minItems: 2"), "");
  EXPECT_EQ(GapOf(list + ", minItems: 1", list), "minItems");
  EXPECT_EQ(GapOf(list + ", maxItems: 3", list), "maxItems");
  EXPECT_EQ(GapOf(list, "type: array, items: {type: integer}"), "a.items type");
  EXPECT_EQ(GapOf(list + ", maxItems: 3, uniqueItems: true", list + ", maxItems: 3"),
            "uniqueItems");
}

TEST(SchemaSubsumption, PatternsAreComparedAsTexts) {
  EXPECT_EQ(GapOf("type: string, pattern: 'a+'", "type: string, pattern: 'a+'"), "");
  EXPECT_EQ(GapOf("type: string, pattern: 'a+'", "type: string, pattern: 'aa*'"), "pattern");
  EXPECT_EQ(GapOf("type: string", "type: string, pattern: 'a+'"), "");
}

TEST(SchemaSubsumption, NullNeedsNullable) {
  EXPECT_EQ(GapOf("type: string", "type: string, nullable: true"), "nullable");
  EXPECT_EQ(GapOf("anyOf: [{type: string}, {type: integer, nullable: true}]",
                  "type: string, nullable: true"),
            "");
}

TEST(SchemaSubsumption, EachBranchIsWithinOne) {
  EXPECT_EQ(GapOf("anyOf: [{type: string}, {type: integer}]", "type: [integer, string]"), "");
  EXPECT_EQ(GapOf("type: [integer, string]", "anyOf: [{type: string}, {type: integer}]"), "");
  EXPECT_EQ(GapOf("anyOf: [{type: string}, {type: integer}]", "type: [boolean, string]"), "anyOf");
  EXPECT_EQ(
      GapOf("anyOf: [{type: string, maxLength: 1}, {type: string, minLength: 1}]", "type: string"),
      "anyOf");
}

TEST(SchemaSubsumption, PathsAreWithinEntryByEntry) {
  EXPECT_EQ(GapOf("path: {allow: [/a]}", "path: {allow: [/a/b, /a/c]}"), "");
  EXPECT_EQ(GapOf("path: {allow: [/a]}", "path: {allow: [/a, /b]}"), "allow");
  EXPECT_EQ(GapOf("path: {allow: [/a], except: [/a/x]}", "path: {allow: [/a]}"), "except");
  EXPECT_EQ(GapOf("path: {allow: [/a], except: [/a/x]}", "path: {allow: [/a/b]}"), "");
  EXPECT_EQ(GapOf("path: {allow: [/a], except: [/a/x/y]}", "path: {allow: [/a], except: [/a/x]}"),
            "");
  EXPECT_EQ(GapOf("path: {allow: [/a], except: [/a/x]}", "path: {allow: [/a], except: [/a/x/y]}"),
            "except");
  EXPECT_EQ(GapOf("path: {allow: [/a]}", "path: {allow: []}"), "");
  EXPECT_EQ(GapOf("path: {allow: [/a]}", "type: string"), "path");
  EXPECT_EQ(GapOf("type: string", "path: {allow: [/a]}"), "");
  EXPECT_EQ(GapOf("url: {allow: [a.test]}", "path: {allow: [/a]}"), "url");
}

TEST(SchemaSubsumption, ABaseMeansTheSame) {
  EXPECT_EQ(GapOf("path: {allow: [/a]}", "path: {allow: [/a], base: /a}"), "base");
  EXPECT_EQ(GapOf("path: {allow: [/a]}", "path: {allow: [/a], base: /b}"), "")
      << "no relative path is allowed";
  EXPECT_EQ(GapOf("path: {allow: [/a], base: /a}", "path: {allow: [/a]}"), "");
  const auto with = [](const std::string& base, const std::string& cwd) {
    return "arguments: {p: {path: {allow: [/a], base: " + base + "}}, cwd: {" + cwd + "}}";
  };
  EXPECT_EQ(Gap(with("cwd", "const: /a"), with("cwd", "const: /a")), "");
  EXPECT_EQ(Gap(with("/a", "type: string"), with("cwd", "const: /a")), "");
  EXPECT_EQ(Gap(with("cwd", "type: string"), with("/a", "const: /a")), "");
  EXPECT_EQ(Gap(with("cwd", "type: string"), with("/a", "enum: [/a, /b]")), "p base");
  EXPECT_EQ(
      Gap(with("/a", "type: string, optional: true"), with("cwd", "const: /a, optional: true")),
      "p base");
}

TEST(SchemaSubsumption, HostsAreWithinEntryByEntry) {
  EXPECT_EQ(GapOf("url: {allow: ['*.x.test']}", "url: {allow: [a.x.test]}"), "");
  EXPECT_EQ(GapOf("url: {allow: [x.test]}", "url: {allow: ['*.x.test']}"), "allow");
  EXPECT_EQ(GapOf("url: {allow: [x.test]}", "url: {allow: [x.test], schemes: [http]}"), "schemes");
  EXPECT_EQ(GapOf("url: {allow: ['*.x.test'], except: [a.x.test]}", "url: {allow: ['*.x.test']}"),
            "except");
  EXPECT_EQ(GapOf("url: {allow: ['*.x.test'], except: [a.x.test]}", "url: {allow: [b.x.test]}"),
            "");
  EXPECT_EQ(GapOf("host: {allow: [x.test]}", "url: {allow: [x.test]}"), "host");
  EXPECT_EQ(GapOf("uri: {schemes: [docs, git], allow: ['docs:a*', 'git:x']}",
                  "uri: {schemes: [docs], allow: ['docs:ab*', 'docs:a']}"),
            "");
  EXPECT_EQ(GapOf("uri: {schemes: [docs], allow: ['docs:a']}",
                  "uri: {schemes: [docs], allow: ['docs:a*']}"),
            "allow");
}

TEST(SchemaSubsumption, MembersAreComparedOneByOne) {
  const auto object = [](const std::string& members) {
    return "type: object, properties: {" + members + "}";
  };
  EXPECT_EQ(Gap("arguments: {a: {type: string}}", "arguments: {}"), "a optional");
  EXPECT_EQ(Gap("arguments: {a: {type: string, optional: true}}", "arguments: {}"), "");
  EXPECT_EQ(Gap("arguments: {}", "arguments: {a: {type: string}}"), "a arguments");
  EXPECT_EQ(Gap("arguments: {}, other_arguments: {type: string}", "arguments: {a: {const: x}}"),
            "");
  EXPECT_EQ(Gap("arguments: {}, other_arguments: {type: string}", "arguments: {a: {const: 1}}"),
            "a type");
  EXPECT_EQ(Gap("arguments: {}", "arguments: {}, other_arguments: {type: string}"),
            "other_arguments");
  EXPECT_EQ(Gap("arguments: {a: {type: integer, optional: true}}, other_arguments: {any: true}",
                "arguments: {}, other_arguments: {type: string}"),
            "a type")
      << "among the others one may have that name";
  EXPECT_EQ(GapOf(object("b: {type: string}, c: {type: string, optional: true}"),
                  object("b: {const: x}")),
            "");
  EXPECT_EQ(GapOf(object("b: {type: string}"), object("b: {type: string, optional: true}")),
            "a.b optional");
  EXPECT_EQ(GapOf(object("b: {type: string}"), object("b: {type: string}, c: {type: string}")),
            "a.c properties");
}

TEST(SchemaSubsumption, FurtherMembersAreComparedByNameAndNumber) {
  const auto map = [](const std::string& names, const std::string& rest) {
    return "type: object, additionalProperties: {type: integer}, propertyNames: {" + names + "}" +
           rest;
  };
  EXPECT_EQ(GapOf(map("type: string, pattern: '[a-z]+'", ", maxProperties: 5"),
                  map("enum: [b, c]", ", maxProperties: 2")),
            "");
  EXPECT_EQ(GapOf(map("type: string, pattern: '[a-z]+'", ", maxProperties: 5"),
                  map("enum: [b, C]", ", maxProperties: 2")),
            "a.C propertyNames");
  EXPECT_EQ(GapOf(map("type: string, maxLength: 3", ", maxProperties: 5"),
                  map("type: string, maxLength: 3", ", maxProperties: 6")),
            "maxProperties");
  EXPECT_EQ(GapOf(map("type: string", ", maxProperties: 5"),
                  map("enum: [__proto__]", ", maxProperties: 5")),
            "a.__proto__ propertyNames");
  EXPECT_EQ(GapOf(map("type: string", ", maxProperties: 5"),
                  "type: object, properties: {b: {type: integer}}"),
            "");
}

TEST(SchemaSubsumption, ADeclaredParentCoversNoShortChild) {
  EXPECT_EQ(Gap("arguments: {}", ""), "arguments");
  EXPECT_EQ(Gap("arguments: {path: {path: {allow: [/]}}}", "only_arguments: [path]"), "arguments");
  EXPECT_EQ(Gap("arguments: {}", "only_arguments: []"), "arguments")
      << "a null is no argument there, whatever its key";
  EXPECT_EQ(Gap("arguments: {}", "path_allowlist: []"), "");
}

}  // namespace
}  // namespace callgate::policy
