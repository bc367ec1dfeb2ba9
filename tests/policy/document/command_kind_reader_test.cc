#include "core/policy/document/command_kind_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "callgate/json.h"
#include "callgate/limits.h"

namespace callgate::policy {
namespace {

// What was read, written again; or the fault. Schemas are `{type: string}`, with a `pattern` or a
// `kind` where the document has one.
std::string Read(const std::string& yaml) {
  Document document(1000);
  DocumentFault fault;
  if (!ReadYaml(yaml, document, fault)) return fault.message;
  FormReader forms(document, Limits{}.max_regex_memory);
  CommandKind kind;
  const auto read_schema = [&](std::uint32_t node, SchemaPtr& out) {
    Schema schema;
    schema.definition = forms[node].text;
    if (schema.definition == "any") schema.any = true;
    if (schema.definition == "integer") schema.types = kIntegerType;
    if (schema.definition == "string" || schema.definition == "word") schema.types = kStringType;
    if (schema.definition == "word") schema.pattern = *ArgumentPattern::Compile("x", 1 << 20);
    if (schema.definition == "path") schema.kind = PathKind{};
    if (schema.definition == "command") schema.kind = CommandKind{};
    if (schema.definition == "enum") schema.constants = {{std::string("a")}};
    if (schema.definition == "numbers") schema.constants = {{JsonNumber{"1"}}};
    out = std::make_shared<const Schema>(std::move(schema));
    return true;
  };
  const bool read = ReadCommandKind(forms, 0, read_schema, kind);
  EXPECT_EQ(read, forms.faults().empty()) << yaml;
  if (!read) {
    const DocumentFault& first = forms.faults().front();
    return std::to_string(first.position.column) + ": " + first.message;
  }
  std::string out;
  WriteCommandKind(
      kind, [&](const SchemaPtr& schema) { json::AppendString(schema->definition, out); }, out);
  return out;
}

// One entry, with what stands beside `words: [x]`.
std::string ReadEntry(const std::string& members) {
  return Read("{allow: [{words: [x], " + members + "}]}");
}
std::string ReadOptions(const std::string& options) {
  return ReadEntry("options: [" + options + "]");
}

TEST(CommandKindReader, WritesWhatItReads) {
  EXPECT_EQ(Read("{allow: []}"), R"({"allow":[]})");
  EXPECT_EQ(Read("{allow: [{words: [git, --no-pager], then: [log]}], form: list, exec: argv, "
                 "args: arguments}"),
            R"({"allow":[{"then":["log"],"words":["git","--no-pager"]}],"args":"arguments",)"
            R"("exec":"argv","form":"list"})");
  EXPECT_EQ(Read("{allow: [], form: text, exec: shell}"), R"({"allow":[],"form":"text"})");
  EXPECT_EQ(Read("{allow: [], form: either}"), R"({"allow":[]})");
  EXPECT_EQ(ReadOptions("-q, --since=VALUE, -n VALUE, -oVALUE, {-C VALUE: path}, --, -"),
            R"({"allow":[{"options":["-q","--since=VALUE","-n VALUE","-oVALUE",)"
            R"({"-C VALUE":"path"},"--","-"],"words":["x"]}]})");
  EXPECT_EQ(ReadEntry("operands: word, minOperands: 1, maxOperands: 8"),
            R"({"allow":[{"maxOperands":8,"minOperands":1,"operands":"word","words":["x"]}]})");
  EXPECT_EQ(ReadEntry("operands: [path, enum], maxOperands: 2"),
            R"({"allow":[{"operands":["path","enum"],"words":["x"]}]})");
}

TEST(CommandKindReader, RefusesWhatIsNoEntry) {
  EXPECT_EQ(Read("x"), "1: expected a map with allow, a list of entries");
  EXPECT_EQ(Read("{form: text}"), "1: expected the key allow");
  EXPECT_EQ(Read("{allow: git}"), "9: expected a list of entries, as {words: [git]}");
  EXPECT_EQ(Read("{allow: [git]}"),
            "10: expected a map with words, as {words: [git], then: [status]}");
  EXPECT_EQ(Read("{allow: [{then: [x]}]}"), "10: expected the key words");
  EXPECT_EQ(Read("{allow: [{words: []}]}"), "18: expected at least one word");
  EXPECT_EQ(ReadEntry("then: []"), "29: expected at least one word");
  EXPECT_EQ(Read("{allow: [{words: [A=b]}]}"), "19: expected a program, not an assignment");
  EXPECT_EQ(Read("{allow: [], form: argv}"), "19: expected text, list or either");
  EXPECT_EQ(Read("{allow: [], exec: list}"), "19: expected shell or argv");
  EXPECT_EQ(Read("{allow: [], args: ''}"),
            "19: expected the name of the argument that continues it");
  for (const char* bad :
       {"git status", "' git'", "\"'git'\"", "~git", "a*", "'a;b'", "\"a\\tb\""}) {
    EXPECT_TRUE(Read(std::string("{allow: [{words: [") + bad + "]}]}")
                    .starts_with("19: expected one word without spaces"))
        << bad;
  }
}

TEST(CommandKindReader, AnOptionIsSpelledAsItsWordsLook) {
  for (const char* bad : {"status", "--VALUE", "-VALUE", "'- VALUE'", "'-- VALUE'", "VALUE",
                          "--VALUE=x", "--x=VALUEs", "'-n  VALUE'", "-n x", "'-''x'", "1", "[]"}) {
    EXPECT_TRUE(ReadOptions(bad).starts_with("33: expected an option as its words look")) << bad;
  }
  EXPECT_EQ(ReadOptions("{}"), "33: expected a map of one option to its schema");
  EXPECT_EQ(ReadOptions("{-n VALUE: path, -m VALUE: path}"),
            "33: expected a map of one option to its schema");
  EXPECT_EQ(ReadOptions("{-n: path}"),
            "34: expected an option with VALUE: another has no value to judge");
}

TEST(CommandKindReader, NoTwoOptionsReadOneWord) {
  for (const char* bad :
       {"-n, -n", "-n, -n VALUE", "-n VALUE, -n VALUE", "-nVALUE, -nVALUE", "-nVALUE, -no",
        "-no, -nVALUE", "-noVALUE, -nVALUE", "-nVALUE, -no VALUE", "--x=VALUE, --x=y"}) {
    EXPECT_NE(ReadOptions(bad).find("no two could read one word, as "), std::string::npos) << bad;
  }
  for (const char* good :
       {"-nVALUE, -n VALUE", "-nVALUE, -n", "--x=VALUE, --x, --xy", "-a, -nVALUE, -z, -n"}) {
    EXPECT_TRUE(ReadOptions(good).starts_with("{")) << good;
  }
}

TEST(CommandKindReader, OperandsAreBoundedAndCounted) {
  for (const char* bad : {"any", "string"}) {
    EXPECT_EQ(ReadEntry(std::string("operands: ") + bad),
              "33: expected a pattern, enum, const or kind: any word would be accepted");
    EXPECT_EQ(ReadOptions(std::string("{-n VALUE: ") + bad + "}"),
              "44: expected a pattern, enum, const or kind: any word would be accepted");
  }
  EXPECT_EQ(ReadEntry("operands: integer"), "33: expected a schema of strings: a word is a string");
  EXPECT_EQ(ReadEntry("operands: numbers"), "33: expected strings: a word is a string");
  EXPECT_EQ(ReadEntry("operands: command"),
            "33: expected a schema other than a command: a word is no command");
  EXPECT_EQ(ReadEntry("operands: []"), "33: expected the schema of an operand");
  EXPECT_EQ(ReadEntry("minOperands: 1"), "23: expected operands with minOperands and maxOperands");
  EXPECT_EQ(ReadEntry("operands: path, minOperands: 2, maxOperands: 1"),
            "52: expected minOperands to be at most maxOperands");
  EXPECT_EQ(ReadEntry("operands: [path], maxOperands: 2"), "54: expected an integer from 0 to 1");
}

}  // namespace
}  // namespace callgate::policy
