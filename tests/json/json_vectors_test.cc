// Runs tests/vectors/json.json and canonical.json.
#include <gtest/gtest.h>

#include "callgate/crypto.h"
#include "callgate/json.h"
#include "tests/support/vectors.h"

namespace callgate::json {
namespace {

std::string SourceText(Value vector) {
  if (const auto base64 = test::MaybeText(vector, "base64")) return Base64Decode(*base64).value();
  return test::Text(vector, "text");
}

std::string Lexical(Value value) {
  std::string out;
  WriteLexical(value, KeyOrder::kCodePoint, out);
  return out;
}

void ExpectCanonical(Value vector, const std::string& text) {
  const auto canonical = Canonicalize(text);
  const Value expected = vector.Find("canonical").value();
  if (expected.is_null()) {
    EXPECT_FALSE(canonical.ok());
    return;
  }
  ASSERT_TRUE(canonical.ok()) << canonical.error().message;
  EXPECT_EQ(*canonical, expected.string());
  EXPECT_EQ(Canonicalize(*canonical).value(), *canonical) << "canonical form is no fixed point";
}

TEST(JsonVectors, AreAcceptedOrRefusedAtTheirPlace) {
  const test::Vectors file("json.json");
  for (const Value vector : file.Cases("vectors")) {
    SCOPED_TRACE(test::Text(vector, "id"));
    const std::string text = SourceText(vector);
    const auto document = Parse(text);
    if (!test::Flag(vector, "ok")) {
      ASSERT_FALSE(document.ok());
      EXPECT_EQ(CodeName(document.error().code), test::Text(vector, "code"));
      if (const auto where = test::MaybeText(vector, "where")) {
        EXPECT_EQ(document.error().where, *where);
      }
      continue;
    }
    ASSERT_TRUE(document.ok()) << document.error().message << " at " << document.error().where;
    if (const auto lexical = test::MaybeText(vector, "lexical")) {
      EXPECT_EQ(Lexical(document->root()), *lexical);
    }
    ExpectCanonical(vector, text);
  }
}

TEST(CanonicalVectors, ComeOutAsTheyStand) {
  const test::Vectors file("canonical.json");
  for (const Value vector : file.Cases("vectors")) {
    SCOPED_TRACE(test::Text(vector, "id"));
    ExpectCanonical(vector, SourceText(vector));
  }
}

}  // namespace
}  // namespace callgate::json
