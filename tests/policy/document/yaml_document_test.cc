#include <gtest/gtest.h>

#include "core/policy/document/document.h"
#include "tests/policy/read_contexts.h"

namespace callgate::policy {
namespace {

const std::string kNull =
    "expected a value, found null (in a schema, nullable: true with a type says that null is "
    "accepted)";

bool Loads(const std::string& text) {
  std::vector<Context> contexts;
  return ReadPolicy(text, "test.yaml", Limits{}, contexts).ok();
}

std::string Fault(const std::string& text, Limits limits = {}) {
  std::vector<Context> contexts;
  const Result<void> read = ReadPolicy(text, "test.yaml", limits, contexts);
  return read ? "" : read.error().where + " " + read.error().message;
}

TEST(YamlDocument, SaysWhatOfYamlItDoesNotHold) {
  EXPECT_EQ(Fault("<<: x\n"), "test.yaml:1:1 expected a key, found a merge key");
  EXPECT_EQ(Fault("name: &a c\n"), "test.yaml:1:7 expected a value, found an anchor");
  EXPECT_EQ(Fault("name: !!str c\n"), "test.yaml:1:7 expected a value, found a tag");
  for (const char* tagged : {"! c", "! 'c'", "! [c]", "! {c: d}", "!\n"}) {
    EXPECT_EQ(Fault(std::string("name: ") + tagged), "test.yaml:1:7 expected a value, found a tag")
        << tagged;
  }
  EXPECT_EQ(Fault("name: *c\n"), "test.yaml:1:7 expected a value, found an alias");
}

TEST(YamlDocument, PlacesAMissingColonAtItsLineAndAMissingQuoteAtTheEnd) {
  EXPECT_TRUE(Fault("name: a\nb").starts_with("test.yaml:2:1 expected YAML: "));
  EXPECT_TRUE(Fault("name: a\nb: \"c\n\n").starts_with("test.yaml:4:1 expected YAML: "));
}

TEST(YamlDocument, BoundsTheDepthOfIndentedText) {
  std::string lists;
  for (std::size_t i = 0; i < kMaxDocumentDepth; ++i) lists += "- ";
  EXPECT_EQ(Fault(lists + "c").find("levels"), std::string::npos);
  EXPECT_EQ(Fault(lists + "- c"), "test.yaml:1:65 expected fewer levels");
  EXPECT_EQ(Fault(lists + "c: d"), "test.yaml:1:65 expected fewer levels");
}

TEST(YamlDocument, BoundsTheNumberOfValues) {
  Limits limits;
  limits.max_policy_nodes = 3;
  for (const char* fourth : {"- c", "- [c]", "- {c: d}", "- c: d"}) {
    EXPECT_EQ(Fault(std::string("- a\n- b\n") + fourth + "\n", limits),
              "test.yaml:3:3 expected fewer values")
        << fourth;
  }
}

TEST(YamlDocument, RefusesAKeyWithoutAValueWhereOneIsMissing) {
  EXPECT_EQ(Fault("{name}\n"), "test.yaml:1:6 " + kNull);
  EXPECT_EQ(Fault("{name\n}\n"), "test.yaml:1:2 " + kNull);
  EXPECT_EQ(Fault("{name [c]}\n"), "test.yaml:1:2 " + kNull);
}

TEST(YamlDocument, RefusesALineWithoutAColonAtThatLineOrTheNext) {
  EXPECT_TRUE(Fault("name: c\ncapabilities []\n").starts_with("test.yaml:2:1 expected YAML: "));
  EXPECT_TRUE(
      Fault("name: c\nexec\ncapabilities: []\n").starts_with("test.yaml:3:1 expected YAML: "));
  EXPECT_TRUE(Fault("name: c\ncapabilities: [\n").starts_with("test.yaml:3:1 expected YAML: "));
}

TEST(YamlDocument, SaysThatATabStandsWhereSpacesHaveTo) {
  const std::string tab = "a tab stands where YAML takes spaces alone";
  const std::string end = " while scanning for the next token";
  EXPECT_EQ(Fault("\tname: c\n"), "test.yaml:1:1 expected YAML: " + tab + end);
  EXPECT_EQ(Fault("name: c\ncapabilities:\n\t- tool_pattern: t\n"),
            "test.yaml:3:1 expected YAML: " + tab + end);
  EXPECT_EQ(Fault("name: c\n\tcapabilities: []\n"),
            "test.yaml:2:1 expected YAML: found a tab character that violates indentation while "
            "scanning a plain scalar");
  EXPECT_EQ(Fault("name: @\n").find(tab), std::string::npos)
      << "another character that cannot start a value";
  EXPECT_EQ(Fault("name:\tc\ncapabilities: []\n"), "");
}

TEST(YamlDocument, HoldsNoControlCharactersButTabsAndEndsOfLines) {
  EXPECT_TRUE(Loads("name: n # a\tb\ncapabilities: []\n"));
  EXPECT_TRUE(Loads("name: n\r\ncapabilities: []\r\n"));
  for (const char c : {'\x01', '\v', '\f', '\x1F', '\x7F'}) {
    EXPECT_FALSE(Loads(std::string("name: n # a") + c + "b\ncapabilities: []\n")) << int{c};
  }
}

}  // namespace
}  // namespace callgate::policy
