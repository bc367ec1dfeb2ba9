#include "core/policy/evaluate/schema_value.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

class SchemaValue : public testing::Test {
 protected:
  std::string_view String(std::string_view value) { return JudgeString(schema, value, paths).rule; }
  std::string_view Number(std::string_view value) {
    return JudgeScalar(schema, {json::Kind::kNumber, value}, paths).rule;
  }
  StagedFault Other(json::Kind kind) { return JudgeScalar(schema, {kind, {}}, paths); }

  Schema schema;

 private:
  json::Document document = json::Parse("{}").value();
  Arguments arguments{document.root()};
  CallPaths paths{arguments};
};

TEST_F(SchemaValue, IntegersAreWrittenWithoutFractionOrExponent) {
  schema.types = kIntegerType;
  for (const char* good : {"0", "-1", "9007199254740991", "-9007199254740991"}) {
    EXPECT_EQ(Number(good), "") << good;
  }
  for (const char* bad : {"-0", "1.0", "1e2", "9007199254740992", "-9007199254740992",
                          "99999999999999999999999", "0.5", "1E0"}) {
    EXPECT_EQ(Number(bad), "schema.integer") << bad;
  }
  EXPECT_EQ(String("1"), "schema.type");
  EXPECT_EQ(Other(json::Kind::kTrue).rule, "schema.type");
  EXPECT_EQ(Other(json::Kind::kNull).rule, "args.null");
}

TEST_F(SchemaValue, BoundsHoldExactlyAndAsNearestDouble) {
  schema.types = kNumberType;
  schema.exclusive_maximum = JsonNumber{"50"};
  EXPECT_EQ(Number("49.999"), "");
  EXPECT_EQ(Number("50"), "schema.bounds");
  EXPECT_EQ(Number("49.99999999999999999999"), "schema.bounds");
  schema = {};
  schema.types = kNumberType;
  schema.maximum = JsonNumber{"0.1"};
  EXPECT_EQ(Number("0.1"), "");
  EXPECT_EQ(Number("0.10"), "");
  EXPECT_EQ(Number("0.1000000000000000000001"), "schema.bounds");
  schema.minimum = JsonNumber{"-2"};
  EXPECT_EQ(Number("-2"), "");
  EXPECT_EQ(Number("-2.5"), "schema.bounds");
  schema.exclusive_minimum = JsonNumber{"-2"};
  EXPECT_EQ(Number("-2"), "schema.bounds");
  EXPECT_EQ(Number("-1.99"), "");
}

TEST_F(SchemaValue, ExponentsOverFourHundredDeny) {
  schema.types = kNumberType;
  EXPECT_EQ(Number("1e-400"), "");
  EXPECT_EQ(Number("1e-401"), "schema.number");
  EXPECT_EQ(Number("0e401"), "schema.number");
}

TEST_F(SchemaValue, MultiplesAreThoseOfTheInteger) {
  schema.types = kIntegerType;
  schema.multiple_of = 4;
  EXPECT_EQ(Number("0"), "");
  EXPECT_EQ(Number("-8"), "");
  EXPECT_EQ(Number("6"), "schema.multiple-of");
}

TEST_F(SchemaValue, ConstantsCompareNumbersByValueAndNeverWithStrings) {
  schema.constants = {Constant(JsonNumber{"10"}), Constant(std::string("a")), Constant(true)};
  EXPECT_EQ(Number("1e1"), "");
  EXPECT_EQ(Number("10.00"), "");
  EXPECT_EQ(Number("10.001"), "schema.enum");
  EXPECT_EQ(String("10"), "schema.enum");
  EXPECT_EQ(String("a"), "");
  EXPECT_EQ(String("A"), "schema.enum");
  EXPECT_FALSE(Other(json::Kind::kTrue));
  EXPECT_EQ(Other(json::Kind::kFalse).rule, "schema.enum");
}

TEST_F(SchemaValue, LengthsCountCodePoints) {
  schema.types = kStringType;
  schema.min_length = 2;
  schema.max_length = 3;
  EXPECT_EQ(String("äö"), "");
  EXPECT_EQ(String("äöü"), "");
  EXPECT_EQ(String("\U0001F600\U0001F600\U0001F600"), "");
  EXPECT_EQ(String("\U0001F600"), "schema.length");
  EXPECT_EQ(String("ä"), "schema.length");
  EXPECT_EQ(String("äöüä"), "schema.length");
  EXPECT_EQ(String("abcd"), "schema.length");
}

TEST_F(SchemaValue, ALengthIsOfStringsAlone) {
  schema.types = kStringType | kIntegerType;
  schema.min_length = 2;
  EXPECT_EQ(String("x"), "schema.length");
  EXPECT_EQ(Number("5"), "");
}

TEST_F(SchemaValue, PatternsMatchTheWholeValue) {
  schema.types = kStringType;
  schema.pattern = ArgumentPattern::Compile("a|ab", 1 << 20).value();
  EXPECT_EQ(String("ab"), "");
  EXPECT_EQ(String("abc"), "schema.pattern");
  EXPECT_EQ(String("a\n"), "schema.pattern");
}

TEST_F(SchemaValue, APathIsJudgedBeforeItsLengthAndPattern) {
  schema.types = kStringType;
  schema.max_length = 4;
  PathKind& path = schema.kind.emplace<PathKind>();
  path.allow.push_back(*PathEntry::ParseAllowed("/w"));
  path.except.push_back(*PathEntry::ParseDenied("/w/s/*"));
  EXPECT_EQ(String("/w/a"), "");
  EXPECT_EQ(String("/etc/passwd"), "kind.path");
  EXPECT_EQ(String("/w/s"), "kind.except");
  EXPECT_EQ(String("/w/../x"), "path.dotdot");
  EXPECT_EQ(String("a"), "kind.path-base");
  EXPECT_EQ(String("/w/abcd"), "schema.length");
  path.base = PathEntry::ParseDirectory("/w");
  EXPECT_EQ(String("a"), "");
  EXPECT_EQ(String("s/x"), "kind.except");
}

TEST_F(SchemaValue, UrlsHaveAListedSchemeAndHostsHaveNone) {
  schema.types = kStringType;
  HostKind& kind = schema.kind.emplace<HostKind>();
  kind.schemes = {"https", "wss"};
  kind.allow.push_back(*DomainEntry::ParseAllowed("a.example"));
  EXPECT_EQ(String("https://a.example/x"), "");
  EXPECT_EQ(String("HTTPS://A.example/x"), "");
  EXPECT_EQ(String("http://a.example"), "kind.url-scheme");
  EXPECT_EQ(String("a.example"), "kind.url-absolute");
  EXPECT_EQ(String("https://b.example"), "kind.url");
  kind.except.push_back(*DomainEntry::ParseDenied("a.example:8443"));
  EXPECT_EQ(String("https://a.example"), "");
  kind = {.url = false, .schemes = {}, .allow = kind.allow, .except = {}};
  EXPECT_EQ(String("a.example"), "");
  EXPECT_EQ(String("https://a.example"), "kind.host-bare");
  EXPECT_EQ(String("b.example"), "kind.host");
}

TEST_F(SchemaValue, OfBranchesTheFurthestIsReported) {
  auto path = std::make_shared<Schema>();
  path->types = kStringType;
  path->kind.emplace<PathKind>();
  auto length = std::make_shared<Schema>();
  length->types = kStringType;
  length->max_length = 1;
  schema.any_of = {path, length, length};
  EXPECT_EQ(String("a"), "");
  EXPECT_EQ(String("/a"), "schema.length");
  schema.any_of = {path, path};
  EXPECT_EQ(String("/a"), "kind.path");
  EXPECT_EQ(Other(json::Kind::kNull).rule, "args.null");
  schema.nullable = true;
  EXPECT_FALSE(Other(json::Kind::kNull));
}

TEST_F(SchemaValue, AKindRefusesOtherTypesInItsOwnStage) {
  schema.types = kStringType;
  schema.kind.emplace<PathKind>();
  EXPECT_EQ(Number("1"), "kind.type");
  EXPECT_EQ(Other(json::Kind::kTrue).stage, Stage::kPaths);
  schema.kind.emplace<HostKind>().url = false;
  EXPECT_EQ(Number("1"), "kind.type");
  EXPECT_EQ(Other(json::Kind::kTrue).stage, Stage::kDomains);
}

TEST_F(SchemaValue, AnyAcceptsEverything) {
  schema.any = true;
  EXPECT_EQ(String(""), "");
  EXPECT_EQ(Number("1e-500"), "");
  EXPECT_FALSE(Other(json::Kind::kNull));
}

}  // namespace
}  // namespace callgate::policy
