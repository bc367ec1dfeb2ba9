#include "core/policy/document/schema_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "core/policy/document/context_writer.h"
#include "tests/policy/read_contexts.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kSchemaExpected =
    "expected a schema: a map with type, enum, const, anyOf, path, url, host, uri, command, use or "
    "any, as {type: string} or {path: {allow: [/workspace]}}";

// `schema` has a mark ^ where the fault is.
struct Refused {
  std::string_view schema;
  std::string_view message;
};

// Faults of one text; where the mark is missing, of a text that should be read.
void ExpectRefused(std::string text, std::string_view message, const char* filename) {
  const std::size_t mark = text.find('^');
  ASSERT_NE(mark, std::string::npos) << text;
  text.erase(mark, 1);
  std::vector<Context> contexts;
  const auto read = ReadPolicy(text, filename, Limits{}, contexts);
  ASSERT_FALSE(read) << text;
  EXPECT_EQ(read.error().message, message) << text;
  EXPECT_EQ(read.error().where, std::string(filename) + ":1:" + std::to_string(mark + 1)) << text;
}

void ExpectEachRefused(const std::vector<Refused>& all) {
  for (const Refused& refused : all) {
    ExpectRefused(
        "{name: n, definitions: {d: {type: string}}, capabilities: [{tool_pattern: t, "
        "arguments: {a: " +
            std::string(refused.schema) + "}}]}",
        refused.message, "test.yaml");
  }
}

TEST(SchemaReader, ASchemaIsOneThingFirstOfAll) {
  ExpectEachRefused({
      {"^string", kSchemaExpected},
      {"^{}", kSchemaExpected},
      {"^{nullable: true}", kSchemaExpected},
      {"^{pattern: x}", kSchemaExpected},
      {"{type: string, ^path: {allow: []}}", "expected no path with type"},
      {"{path: {allow: []}, ^type: string}", "expected no type with path"},
      {"{path: {allow: []}, ^url: {allow: []}}", "expected no url with path"},
      {"{any: true, ^type: string}", "expected no type with any"},
      {"{use: d, ^const: a}", "expected no const with use"},
      {"{const: a, ^enum: [a]}", "expected enum or const, not both"},
  });
}

TEST(SchemaReader, AKeywordStandsWhereItBelongs) {
  ExpectEachRefused({
      {"{type: integer, ^maxLength: 3}", "expected type: string with maxLength"},
      {"{type: string, ^minimum: 3}", "expected type: number or integer with minimum"},
      {"{type: number, ^multipleOf: 3}", "expected type: integer with multipleOf"},
      {"{type: string, ^items: {type: string}}", "expected type: array with items"},
      {"{type: array, items: {type: string}, ^maxProperties: 3}",
       "expected type: object with maxProperties"},
      {"{const: a, ^pattern: a}", "expected type: string with pattern"},
      {"{path: {allow: []}, ^minimum: 1}", "expected no minimum with path"},
      {"{use: d, ^nullable: true}", "expected no nullable with use"},
      {"{use: d, ^maxLength: 1}", "expected no maxLength with use"},
      {"{any: true, ^nullable: true}", "expected no nullable with any"},
      {"{anyOf: [{type: string}, {type: integer}], ^maxLength: 1}",
       "expected no maxLength with anyOf"},
      {"{type: array, items: {type: string, ^optional: true}}",
       "expected optional in members of arguments or properties alone"},
      {"{anyOf: [{type: string}, {type: integer, ^optional: false}]}",
       "expected optional in members of arguments or properties alone"},
  });
}

TEST(SchemaReader, WhatIsNoKeywordIsToldWhatToWrite) {
  ExpectEachRefused({
      {"{type: object, properties: {}, ^required: [a]}",
       "expected no required: members must be there unless they say optional: true"},
      {"{^allOf: [{type: string}]}",
       "expected several capabilities on one tool, or anyOf, to say what holds in which case"},
      {"{^oneOf: []}", "expected anyOf, which accepts what one or more of its branches do"},
      {"{^$ref: x}",
       "expected use: NAME, with a schema of that name in definitions of the context"},
      {"{type: string, ^format: uri}",
       "expected a pattern, or one of the kinds path, url, host and uri"},
      {"{type: object, ^patternProperties: {}}",
       "expected additionalProperties with a schema, and a pattern for the keys in propertyNames"},
      {"{type: array, ^prefixItems: []}", "expected items, which says what each element must be"},
      {"{type: string, ^default: a}",
       "expected nothing instead: of annotations there are title and description alone"},
      {"{type: [string, ^\"null\"]}", "expected nullable: true with another type, instead of null"},
      {"{type: object, properties: {}, additionalProperties: ^false}",
       "expected no additionalProperties: objects are closed"},
      {"{type: object, properties: {}, additionalProperties: ^true}",
       "expected a schema, together with propertyNames and maxProperties"},
  });
}

TEST(SchemaReader, ValuesOfKeywordsHaveTheirForms) {
  ExpectEachRefused({
      {"{type: ^text}", "expected string, number, integer, boolean, array or object"},
      {"{type: [string, ^array]}",
       "expected string, number, integer or boolean in a list of types"},
      {"{type: ^[]}", "expected at least one type"},
      {"{type: [string, ^string]}", "expected each type once"},
      {"{enum: ^[]}", "expected a list of strings, numbers and booleans, at least one"},
      {"{enum: ^a}", "expected a list of strings, numbers and booleans, at least one"},
      {"{enum: [a, ^[b]]}", "expected a string, a number, true or false"},
      {"{const: ^[a]}", "expected a string, a number, true or false"},
      {"{any: ^false}", "expected true"},
      {"{anyOf: ^[{type: string}]}", "expected a list of 2 to 8 schemas"},
      {"{type: string, maxLength: ^-1}", "expected an integer from 0 to 9007199254740991"},
      {"{type: string, maxLength: ^1.5}", "expected an integer from 0 to 9007199254740991"},
      {"{type: string, maxLength: ^1e99}", "expected an integer from 0 to 9007199254740991"},
      {"{type: string, maxLength: ^\"1\"}", "expected an integer from 0 to 9007199254740991"},
      {"{type: integer, multipleOf: ^0}", "expected an integer from 1 to 9007199254740991"},
      {"{type: integer, multipleOf: ^0.5}", "expected an integer from 1 to 9007199254740991"},
      {"{type: number, minimum: ^\"1\"}", "expected a number"},
      {"{type: number, minimum: ^1e999}",
       "expected a number of at most 128 characters that a double can hold"},
      {"{type: number, minimum: ^1e-999}",
       "expected a number of at most 128 characters that a double can hold"},
      {"{type: string, nullable: ^1}", "expected true or false"},
      {"{type: string, pattern: ^\"(\"}", "expected an RE2 expression: missing ): ("},
      {"{type: string, pattern: ^\"\"}", "expected an RE2 expression that is not empty"},
      {"{type: string, title: ^1}", "expected a string"},
      {"{type: object, properties: ^[a]}", "expected a map of names to schemas"},
      {"{use: ^e}", "expected the name of one of the definitions of the context"},
  });
}

TEST(SchemaReader, KeywordsThatNeedOthersHaveThem) {
  ExpectEachRefused({
      {"{type: ^array}", "expected items with type: array"},
      {"{type: ^object}", "expected properties or additionalProperties with type: object"},
      {"{type: object, ^additionalProperties: {type: string}, maxProperties: 3}",
       "expected propertyNames with additionalProperties"},
      {"{type: object, ^additionalProperties: {type: string}, propertyNames: {type: string}}",
       "expected maxProperties with additionalProperties"},
      {"{type: object, properties: {}, ^propertyNames: {type: string}}",
       "expected additionalProperties with propertyNames"},
      {"{type: object, additionalProperties: {type: string}, maxProperties: 3, "
       "propertyNames: ^{type: integer}}",
       "expected a schema of strings: type: string, or an enum or const"},
      {"{type: array, items: {type: string}, ^uniqueItems: true}",
       "expected a maxItems of at most 64 with uniqueItems"},
      {"{type: array, items: {type: string}, ^uniqueItems: true, maxItems: 65}",
       "expected a maxItems of at most 64 with uniqueItems"},
      {"{type: array, items: {any: true}, ^uniqueItems: true, maxItems: 4}",
       "expected items that are strings, numbers or booleans with uniqueItems"},
  });
}

TEST(SchemaReader, RangesThatNoValueMeetsAreRefused) {
  constexpr std::string_view kNumber = "expected bounds that some number meets";
  constexpr std::string_view kInteger = "expected bounds that some integer meets";
  ExpectEachRefused({
      {"{type: number, minimum: 2, maximum: ^1}", kNumber},
      {"{type: number, maximum: 1, minimum: ^1.0000000000000000000001}", kNumber},
      {"{type: number, minimum: 1, exclusiveMaximum: ^1.0}", kNumber},
      {"{type: number, exclusiveMinimum: 1, maximum: ^1}", kNumber},
      {"{type: number, exclusiveMinimum: 50, exclusiveMaximum: ^50.0000000000000000001}", kNumber},
      {"{type: number, exclusiveMinimum: 50, maximum: ^50.0000000000000000001}", kNumber},
      {"{type: integer, minimum: 1.2, maximum: ^1.8}", kInteger},
      {"{type: integer, exclusiveMinimum: 1, exclusiveMaximum: ^2}", kInteger},
      {"{type: integer, minimum: ^9007199254740992}", kInteger},
      {"{type: integer, exclusiveMinimum: 0.99999999999999999999, maximum: ^1}", kInteger},
      {"{type: integer, minimum: 11, maximum: 19, multipleOf: ^10}", kInteger},
      {"{type: integer, minimum: -19, maximum: -11, multipleOf: ^10}", kInteger},
      {"{type: [string, integer], minimum: 3, maximum: ^2}", kInteger},
      {"{type: string, minLength: 3, maxLength: ^2}",
       "expected a minLength of at most the maxLength"},
      {"{type: array, items: {type: string}, minItems: 3, maxItems: ^2}",
       "expected minItems of at most maxItems"},
      {"{type: array, items: {enum: [a, b]}, uniqueItems: true, minItems: ^3, maxItems: 3}",
       "expected minItems of at most the 2 values that items accepts"},
      {"{type: array, items: {type: boolean}, uniqueItems: true, minItems: ^3, maxItems: 3}",
       "expected minItems of at most the 2 values that items accepts"},
      {"{type: object, properties: {x: {type: string}, y: {type: string}}, maxProperties: ^1}",
       "expected maxProperties of at least the 2 members that must be there"},
      {"{type: string, const: ^1}", "expected a value that the other keywords accept"},
      {"{type: string, enum: ^[2, 1]}",
       "expected a list with a value that the other keywords accept"},
      {"{type: string, pattern: a, const: ^b}", "expected a value that the other keywords accept"},
      {"{type: string, maxLength: 1, const: ^ab}",
       "expected a value that the other keywords accept"},
      {"{type: integer, const: ^1.5}", "expected a value that the other keywords accept"},
      {"{type: integer, multipleOf: 2, enum: ^[1, 3]}",
       "expected a list with a value that the other keywords accept"},
      {"{type: number, exclusiveMaximum: 50, const: ^49.99999999999999999999}",
       "expected a value that the other keywords accept"},
      {"{type: array, items: {type: string}, const: ^a}",
       "expected a value that the other keywords accept"},
  });
}

TEST(SchemaReader, RangesThatOneValueMeetsAreRead) {
  for (const char* schema : {
           "{type: number, minimum: 1, maximum: 1.0}",
           "{type: number, exclusiveMinimum: 1, exclusiveMaximum: 1.0000000000000005}",
           "{type: number, exclusiveMinimum: 1, maximum: 1.0000000000000003}",
           "{type: integer, minimum: 1.2, maximum: 2.8}",
           "{type: integer, exclusiveMinimum: 1, exclusiveMaximum: 3}",
           "{type: integer, minimum: -1.8, maximum: -0.2}",
           "{type: integer, minimum: 9007199254740991}",
           "{type: integer, maximum: -9007199254740991}",
           "{type: integer, minimum: -1e300, maximum: 1e300}",
           "{type: integer, minimum: 11, maximum: 20, multipleOf: 10}",
           "{type: integer, minimum: -9, maximum: 9, multipleOf: 9007199254740991}",
           "{type: string, minLength: 2, maxLength: 2, const: \"\\u00e9\\U0001F600\"}",
       }) {
    std::vector<Context> contexts;
    const auto read = ReadPolicy(
        "{name: n, capabilities: [{tool_pattern: t, arguments: {a: " + std::string(schema) + "}}]}",
        "test.yaml", Limits{}, contexts);
    EXPECT_TRUE(read) << schema << ": " << read.error().message;
  }
}

TEST(SchemaReader, KindsHaveTheirForms) {
  constexpr std::string_view kAllow = "expected the key allow: a list, empty to allow nothing";
  constexpr std::string_view kBase =
      "expected an absolute path in NFC without *, or the name of an argument that the capability "
      "declares";
  ExpectEachRefused({
      {"{path: ^{}}", kAllow},
      {"{path: ^{except: [/a]}}", kAllow},
      {"{url: ^{schemes: [https]}}", kAllow},
      {"{host: ^{}}", kAllow},
      {"{uri: ^{schemes: [file]}}", kAllow},
      {"{path: {allow: [], base: ^/a/*}}", "expected an absolute path in NFC without *"},
      {"{path: {allow: [], base: ^\"\"}}", kBase},
      {"{path: {allow: [], base: ^1}}", kBase},
      {"{path: {allow: [], base: ^b}}",
       "expected as base an absolute path, or the name of an argument that the capability "
       "declares"},
      {"{path: {allow: [], ^deny: []}}", "expected one of the keys allow, except, base"},
      {"{host: {allow: [], ^schemes: [https]}}", "expected one of the keys allow, except"},
      {"{url: {allow: [], schemes: ^[]}}", "expected a list of http, https, ws and wss"},
      {"{url: {allow: [], schemes: [^ftp]}}", "expected a list of http, https, ws and wss"},
      {"{uri: ^{allow: []}}", "expected the key schemes: a list"},
      {"{uri: {allow: [^/a], schemes: [file]}}",
       "expected a URI with its scheme, perhaps with * at its end, or *"},
      {"{uri: {allow: [], schemes: [^\"file:\"]}}",
       "expected a list of schemes: a lower-case letter, then lower-case letters, digits, +, . and "
       "-, without a colon"},
  });
}

TEST(SchemaReader, NullIsNoValueWithinSchemas) {
  const auto refuse = [](const std::string& schema, std::string_view message) {
    ExpectRefused(
        R"({"name":"n","capabilities":[{"tool_pattern":"t","arguments":{"a":)" + schema + "}}]}",
        message, "test.json");
  };
  refuse(R"({"const":^null})", "expected nullable: true with a type, instead of null");
  refuse(R"({"enum":["a",^null]})", "expected nullable: true with a type, instead of null");
  refuse(R"({"type":^null})", "expected nullable: true with a type, instead of null");
  refuse(R"({"type":["string",^null]})",
         "expected nullable: true with another type, instead of null");
  refuse(R"({"type":"string","maxLength":^null})", "expected a value, found null");
  refuse(R"({"path":{"allow":[],"base":^null}})", "expected a value, found null");
  refuse("^null", kSchemaExpected);
}

TEST(SchemaReader, DefinitionsAreNamedAndUseNone) {
  const auto refuse = [](const std::string& definitions, std::string_view message) {
    ExpectRefused("{name: n, definitions: " + definitions + ", capabilities: []}", message,
                  "test.yaml");
  };
  refuse("^[]", "expected a map of names to schemas");
  refuse("{^A: {type: string}}",
         "expected a name: a lower-case letter, then at most 63 lower-case letters, digits, - and "
         "_");
  refuse("{a: {type: string}, b: {use: ^a}}", "expected no use within a definition");
  refuse("{a: {type: array, items: {use: ^a}}}", "expected no use within a definition");
  refuse("{a: {type: string, ^optional: true}}",
         "expected optional in members of arguments or properties alone");
}

TEST(SchemaReader, TheDefinitionsOfAContextAreItsOwn) {
  ExpectRefused(
      "[{name: n, definitions: {d: {type: string}}, capabilities: []}, {name: m, "
      "capabilities: [{tool_pattern: t, arguments: {a: {use: ^d}}}]}]",
      "expected the name of one of the definitions of the context", "test.yaml");
}

TEST(SchemaReader, ABaseOfADefinitionIsAnArgumentWhereItIsUsed) {
  const std::string context =
      "{name: n, definitions: {d: {path: {allow: [], base: root}}}, capabilities: [{tool_pattern: "
      "t, arguments: {p: {use: ";
  ExpectRefused(context + "^d}}}]}",
                "expected as base an absolute path, or the name of an argument that the capability "
                "declares",
                "test.yaml");
  std::vector<Context> contexts;
  EXPECT_TRUE(ReadPolicy(context + "d}, root: {const: /w}}}]}", "test.yaml", Limits{}, contexts));
}

TEST(SchemaReader, TheArgsOfACommandAreDeclaredNowhereElse) {
  const auto arguments = [](const std::string& members) {
    return "{name: n, capabilities: [{tool_pattern: t, arguments: {" + members + "}}]}";
  };
  const std::string command = "{command: {allow: [], args: b}}";
  constexpr std::string_view kDeclared =
      "expected in args the name of an argument that is declared nowhere else";
  constexpr std::string_view kInner = "expected args in a command that is itself an argument alone";
  std::vector<Context> contexts;
  EXPECT_TRUE(ReadPolicy(arguments("a: " + command), "test.yaml", Limits{}, contexts));
  ExpectRefused(arguments("a: ^" + command + ", b: {any: true}"), kDeclared, "test.yaml");
  ExpectRefused(arguments("b: ^" + command), kDeclared, "test.yaml");
  ExpectRefused(arguments("a: " + command + ", c: ^" + command), kDeclared, "test.yaml");
  ExpectRefused(arguments("a: {type: array, items: ^" + command + "}"), kInner, "test.yaml");
  ExpectRefused(arguments("a: {anyOf: [{type: string}, ^" + command + "]}"), kInner, "test.yaml");
}

TEST(SchemaReader, LengthsOfACommandAreThoseOfItsText) {
  ExpectEachRefused({
      {"{command: {allow: []}, ^maxLength: 3}",
       "expected form: text in the command with maxLength"},
      {"{command: {allow: [], form: list}, ^pattern: a}",
       "expected form: text in the command with pattern"},
  });
}

TEST(SchemaReader, BesideArgumentsOnlyTheLimitsStand) {
  const auto refuse = [](const std::string& constraints, std::string_view message) {
    ExpectRefused("{name: n, capabilities: [{tool_pattern: t, " + constraints + "}]}", message,
                  "test.yaml");
  };
  constexpr std::string_view kOnly =
      "expected only other_arguments, rate_limit and max_response_size in a capability "
      "with arguments";
  refuse("arguments: {}, ^path_allowlist: [/a]", kOnly);
  refuse("arguments: {}, constraints: {^when_absent: allow}", kOnly);
  refuse("constraints: {arguments: {}}, ^only_arguments: []", kOnly);
  refuse("other_arguments: ^{type: string}", "expected arguments with other_arguments");
  refuse("arguments: {}, other_arguments: {type: string, ^optional: true}",
         "expected optional in members of arguments or properties alone");
}

TEST(SchemaReader, SchemasStandInEachOtherTenDeep) {
  const auto nest = [](std::size_t levels) {
    std::string schema = R"({"path":{"allow":["/a"]}})";
    for (std::size_t i = 1; i < levels; ++i) {
      schema = R"({"type":"object","properties":{"a":)" + schema + "}}";
    }
    return R"([{"name":"n","capabilities":[{"tool_pattern":"t","constraints":{"arguments":{"a":)" +
           schema + "}}}]}]";
  };
  for (const char* filename : {"test.json", "test.yaml"}) {
    std::vector<Context> contexts;
    EXPECT_TRUE(ReadPolicy(nest(kMaxSchemaDepth), filename, Limits{}, contexts));
    const auto deeper = ReadPolicy(nest(kMaxSchemaDepth + 1), filename, Limits{}, contexts);
    ASSERT_FALSE(deeper);
    EXPECT_EQ(deeper.error().message, "expected at most 10 schemas in each other");
  }
}

}  // namespace
}  // namespace callgate::policy
