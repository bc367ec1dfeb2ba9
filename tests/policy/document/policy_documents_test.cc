// tests/vectors/policy_documents.json: which documents load, and where the others are wrong.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "callgate/policy.h"
#include "tests/support/vectors.h"

namespace callgate {
namespace {

TEST(PolicyDocuments, LoadOrAreRefusedWhereTheVectorSays) {
  const test::Vectors vectors("policy_documents.json");
  for (const json::Value vector : vectors.Cases("vectors")) {
    SCOPED_TRACE(test::Text(vector, "id"));
    const std::string filename = test::Text(vector, "filename");
    const std::string text = test::Text(vector, "text");
    const Result<PolicySet> policy = PolicySet::Parse(text, filename);
    EXPECT_EQ(policy.ok(), test::Flag(vector, "loads"))
        << text << (policy ? "" : policy.error().message + " at " + policy.error().where);
    if (policy) {
      const auto contexts = vector.Find("contexts");
      if (!contexts) continue;
      std::vector<std::string> expected;
      for (const json::Value name : contexts->elements()) expected.emplace_back(name.string());
      std::sort(expected.begin(), expected.end());
      EXPECT_EQ(policy->context_names(), expected);
      continue;
    }
    EXPECT_EQ(policy.error().code, ErrorCode::kInvalidPolicy);
    EXPECT_FALSE(policy.error().message.empty());
    EXPECT_TRUE(policy.error().where.starts_with(filename + ":")) << policy.error().where;
    const auto line = vector.Find("line");
    if (!line || line->is_null()) continue;
    EXPECT_EQ(policy.error().where, filename + ":" + std::string(line->number()) + ":" +
                                        std::string(vector.Find("column")->number()))
        << text << policy.error().message;
  }
}

TEST(PolicyDocuments, TheErrorIsTheFirstFaultAndEachNamesARule) {
  const test::Vectors vectors("policy_documents.json");
  const test::Vectors rules("policy_rules.json");
  std::set<std::string> known = {""};  // for what is neither YAML nor JSON, or too large
  for (const json::Value rule : rules.root().elements()) known.insert(test::Text(rule, "id"));
  for (const json::Value vector : vectors.Cases("vectors")) {
    SCOPED_TRACE(test::Text(vector, "id") + "\n" + test::Text(vector, "text"));
    const std::string filename = test::Text(vector, "filename");
    const auto faults = PolicySet::Check(test::Text(vector, "text"), filename);
    ASSERT_EQ(faults.empty(), test::Flag(vector, "loads"));
    if (faults.empty()) continue;
    const Result<PolicySet> policy = PolicySet::Parse(test::Text(vector, "text"), filename);
    EXPECT_EQ(policy.error().where, faults[0].where);
    EXPECT_EQ(policy.error().message, faults[0].message);
    for (const LoadFault& fault : faults) {
      EXPECT_TRUE(known.contains(fault.rule)) << fault.rule;
      EXPECT_FALSE(fault.message.empty());
    }
  }
}

}  // namespace
}  // namespace callgate
