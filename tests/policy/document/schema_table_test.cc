#include "core/policy/document/schema_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "core/policy/document/context_writer.h"
#include "tests/policy/read_contexts.h"

namespace callgate::policy {
namespace {

// A context that declares one argument `a` by this schema, in JSON.
std::string Declaring(const std::string& schema) {
  return R"({"capabilities":[{"arguments":{"a":)" + schema +
         R"(},"tool_pattern":"t"}],"deny_list":[],"description":"","name":"n"})";
}

// The canonical form of a context, or the fault.
std::string Canonical(const std::string& text, const char* filename = "test.json") {
  std::vector<Context> contexts;
  const auto read = ReadPolicy(text, filename, Limits{}, contexts);
  return read ? ContextJson(contexts.at(0)) : read.error().message;
}

// One schema that holds each keyword at least once, in the canonical form.
constexpr std::string_view kEveryKeyword[] = {
    R"({"type":["string","integer","boolean"]})",
    R"({"maxLength":9,"minLength":1,"nullable":true,"optional":true,"pattern":"a|b","type":"string"})",
    R"({"exclusiveMaximum":9,"exclusiveMinimum":0.5,"maximum":8,"minimum":1,"type":"number"})",
    R"({"multipleOf":5,"type":"integer"})",
    R"({"enum":["","a",-1,2.5,false]})",
    R"({"const":"a"})",
    R"({"any":true})",
    R"({"items":{"type":"string"},"maxItems":3,"minItems":1,"type":"array","uniqueItems":true})",
    R"({"properties":{"x":{"optional":true,"type":"boolean"},"y":{"type":"number"}},"type":"object"})",
    R"({"additionalProperties":{"type":"string"},"maxProperties":3,)"
    R"("propertyNames":{"pattern":"[a-z]+","type":"string"},"type":"object"})",
    R"({"properties":{},"type":"object"})",
    R"({"anyOf":[{"type":"string"},{"type":"integer"}],"nullable":true})",
    R"({"maxLength":99,"path":{"allow":["/w","/v/*"],"base":"/w","except":["/w/x"]}})",
    R"({"url":{"allow":["*.x.test","y.test:80"],"except":["z.x.test"],"schemes":["http","https"]}})",
    R"({"url":{"allow":[]}})",
    R"({"host":{"allow":["x.test"]}})",
    R"({"uri":{"allow":["memo:*","file:///w/a"],"schemes":["file","memo"]}})",
    R"({"command":{"allow":[{"operands":{"path":{"allow":["/w"]}},)"
    R"("options":["-q",{"--since=VALUE":{"pattern":"[0-9]+","type":"string"}}],)"
    R"("words":["x"]}],"args":"b"}})",
    R"({"command":{"allow":[],"form":"text"},"maxLength":9})",
    R"({"command":{"allow":[],"form":"list"}})",
};

TEST(SchemaTable, ABaseIsAnotherArgument) {
  const std::string text =
      R"({"capabilities":[{"arguments":{"a":{"path":{"allow":[],"base":"b"}},"b":{"const":"/w"}},)"
      R"("tool_pattern":"t"}],"deny_list":[],"description":"","name":"n"})";
  EXPECT_EQ(Canonical(text), text);
  EXPECT_EQ(Canonical(Declaring(R"({"path":{"allow":[],"base":"a"}})")),
            "expected as base another argument than the one that the path stands in");
}

TEST(SchemaTable, EveryKeywordIsReadAndWrittenBackInOrder) {
  std::string all;
  for (const std::string_view schema : kEveryKeyword) {
    const std::string text = Declaring(std::string(schema));
    EXPECT_EQ(Canonical(text), text);
    all += schema;
  }
  const std::set<std::string_view> never_written = {"title", "description"};
  const std::set<std::string_view> elsewhere = {"use"};
  std::set<std::string_view> names;
  for (const KeywordRow& row : kKeywordTable) {
    names.insert(row.name);
    if (never_written.contains(row.name) || elsewhere.contains(row.name)) continue;
    EXPECT_NE(all.find('"' + std::string(row.name) + "\":"), std::string::npos) << row.name;
  }
  EXPECT_EQ(names.size(), kKeywords);
}

TEST(SchemaTable, OneMeaningIsWrittenInOneWay) {
  const std::vector<std::vector<std::string>> meanings = {
      {R"({"const":"a"})", R"({"enum":["a"]})", R"({"enum":["a","a"],"type":"string"})",
       R"({"const":"a","maxLength":3,"pattern":"a|b","type":"string"})",
       R"({"enum":["a","abcd",1],"maxLength":3,"type":"string"})",
       R"({"const":"a","title":"A","description":"one","nullable":false,"optional":false})"},
      {R"({"enum":["a","b",1,20,true]})", R"({"enum":[true,20.0,1e0,"b","a",1,2e1]})"},
      {R"({"const":1,"type":"integer"})", R"({"const":1.0,"minimum":0,"type":"integer"})",
       R"({"enum":[1],"type":["string","integer"]})"},
      {R"({"const":0})", R"({"const":-0})", R"({"const":0.0e5,"type":"number"})"},
      {R"({"enum":[false,true]})", R"({"enum":[true,false,true],"type":"boolean"})"},
      {R"({"type":"number"})", R"({"type":["number","integer"]})", R"({"type":["number"]})"},
      {R"({"type":["string","integer"]})", R"({"type":["integer","string"]})"},
      {R"({"type":"string"})", R"({"minLength":0,"type":"string"})"},
      {R"({"maxLength":1000,"type":"string"})", R"({"maxLength":1e3,"type":"string"})"},
      {R"({"minimum":1e-7,"type":"number"})", R"({"minimum":0.0000001,"type":"number"})"},
      {R"({"items":{"type":"string"},"type":"array"})",
       R"({"items":{"type":"string"},"type":"array","minItems":0,"uniqueItems":false})"},
      {R"({"url":{"allow":[]}})", R"({"url":{"allow":[],"except":[],"schemes":["https"]}})"},
      {R"({"uri":{"allow":[],"schemes":["a","b"]}})",
       R"({"uri":{"allow":[],"schemes":["b","a","b"]}})"},
  };
  for (const auto& spellings : meanings) {
    for (const std::string& spelling : spellings) {
      EXPECT_EQ(Canonical(Declaring(spelling)), Declaring(spellings[0])) << spelling;
    }
  }
}

TEST(SchemaTable, DefinitionsAreTakenByNameAndWrittenBack) {
  const std::string text =
      R"({"capabilities":[{"arguments":{"a":{"use":"s"},"b":{"items":{"use":"s"},"type":"array"},)"
      R"("c":{"optional":true,"use":"s"}},"tool_pattern":"t"}],)"
      R"("definitions":{"s":{"maxLength":3,"type":"string"}},)"
      R"("deny_list":[],"description":"","name":"n"})";
  EXPECT_EQ(Canonical(text), text);
  std::vector<Context> contexts;
  ASSERT_TRUE(ReadPolicy(text, "test.json", Limits{}, contexts));
  const auto& members = contexts[0].capabilities[0].arguments->members;
  const SchemaPtr& defined = contexts[0].definitions.at("s");
  EXPECT_EQ(defined->definition, "s");
  EXPECT_EQ(members[0].schema, defined);
  EXPECT_EQ(members[1].schema->items, defined);
  EXPECT_EQ(members[2].schema, defined);
  EXPECT_TRUE(members[2].optional);
}

}  // namespace
}  // namespace callgate::policy
