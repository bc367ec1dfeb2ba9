// PolicySet::Lint, section "Lint" of docs/policy.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/relation_vectors.h"

namespace callgate {
namespace {

TEST(LintVectors, EveryWarningIsGivenAsTheVectorSays) {
  const test::Vectors vectors("lint.json");
  for (const json::Value vector : vectors.Cases("vectors")) {
    const std::string context = test::Contexts(vector, "context");
    SCOPED_TRACE(test::Text(vector, "id") + " " + context);
    const auto warnings = test::ParsePolicy(context).Lint();
    std::string found;
    for (const LintWarning& warning : warnings) {
      found += warning.rule + ": " + warning.message + "\n";
      EXPECT_FALSE(warning.message.empty());
      EXPECT_FALSE(warning.where.empty());
    }
    const json::Value expected = *vector.Find("warnings");
    ASSERT_EQ(warnings.size(), expected.size()) << found;
    std::size_t i = 0;
    for (const json::Value warning : expected.elements()) {
      EXPECT_EQ(warnings[i].rule, test::Text(warning, "rule")) << found;
      const json::Value capability = *warning.Find("capability");
      EXPECT_EQ(warnings[i].capability.has_value(), !capability.is_null()) << found;
      if (warnings[i].capability && !capability.is_null()) {
        EXPECT_EQ(static_cast<std::int64_t>(*warnings[i].capability), capability.integer());
      }
      ++i;
    }
  }
}

TEST(Lint, NamesContextAndPlace) {
  const auto set = PolicySet::Parse(
      "- name: b\n"
      "  capabilities:\n"
      "    - tool_pattern: fs.read\n"
      "      path_allowlist: [/]\n"
      "- name: a\n"
      "  capabilities: []\n"
      "  deny_list:\n"
      "    - fs.delete\n",
      "contexts.yaml");
  const auto warnings = set->Lint();
  ASSERT_EQ(warnings.size(), 3u);
  EXPECT_EQ(warnings[0].context, "a");
  EXPECT_EQ(warnings[0].where, "contexts.yaml:8:7");
  EXPECT_EQ(warnings[1].context, "b");
  EXPECT_EQ(warnings[1].where, "contexts.yaml:3:7");
}

}  // namespace
}  // namespace callgate
