#include "callgate/why_not.h"

#include <gtest/gtest.h>

#include "tests/policy/relation_vectors.h"

namespace callgate {
namespace {

// "CODE rule: cause"; empty where some call passes.
std::string Why(const std::string& capabilities, const std::string& deny_list = "",
                std::string_view tool = "t") {
  const PolicySet policy = test::ParsePolicy("{name: c, capabilities: [" + capabilities +
                                             "], deny_list: [" + deny_list + "]}");
  const auto why = WhyNot(policy, "c", tool);
  EXPECT_TRUE(why);
  if (!*why) return "";
  return std::string(CodeName((*why)->code)) + " " + (*why)->rule + ": " + (*why)->cause;
}

TEST(WhyNot, IsNothingWhereSomeCallPasses) {
  EXPECT_EQ(Why("{tool_pattern: t, arguments: {p: {path: {allow: [/a]}}}}"), "");
  EXPECT_EQ(Why("{tool_pattern: t, path_allowlist: []}, {tool_pattern: '*'}"), "");
  EXPECT_EQ(Why("{tool_pattern: t, path_allowlist: [], when_absent: allow}"), "");
}

TEST(WhyNot, NamesTheToolThatWasMeant) {
  EXPECT_EQ(Why("{tool_pattern: fs.read}", "", "fs.raed"),
            "TOOL_NOT_ALLOWED order.default-deny: no capability is on the tool fs.raed; did you "
            "mean fs.read?");
  EXPECT_EQ(Why("", "", "a b").substr(0, 16), "INVALID_ENVELOPE");
}

TEST(WhyNot, NamesTheDenyEntryThatStopsTheTool) {
  EXPECT_EQ(Why("{tool_pattern: t}", "t").substr(0, 22), "TOOL_EXPLICITLY_DENIED");
  EXPECT_NE(Why("{tool_pattern: t}", "t").find("deny entry 0 (t)"), std::string::npos);
  EXPECT_EQ(Why("{tool_pattern: t, arguments: {p: {path: {allow: [/a]}}}}", "'t:/a'"),
            "TOOL_EXPLICITLY_DENIED order.deny-first: capability 0: the deny list stops whatever "
            "it allows");
}

TEST(WhyNot, NamesWhatNoCallCanMeet) {
  const std::string impossible = " lint.impossible-constraint: capability 0: ";
  EXPECT_EQ(Why("{tool_pattern: t, arguments: {n: {type: integer}, p: {path: {allow: []}}}}"),
            "PATH_NOT_ALLOWED" + impossible + "no value is allowed for the argument p");
  EXPECT_EQ(Why("{tool_pattern: t, arguments: {u: {url: {allow: []}}}}"),
            "DOMAIN_NOT_ALLOWED" + impossible + "no value is allowed for the argument u");
  EXPECT_EQ(Why("{tool_pattern: t, command_allowlist: []}"),
            "COMMAND_NOT_ALLOWED" + impossible + "command_allowlist allows nothing");
  EXPECT_EQ(Why("{tool_pattern: t, path_allowlist: [/a], only_arguments: []}"),
            "ARGUMENT_NOT_ALLOWED" + impossible +
                "only_arguments keeps out the argument that has to be there");
  EXPECT_EQ(Why("{tool_pattern: t, path_allowlist: []}, {tool_pattern: '*', domain_allowlist: []}"),
            "PATH_NOT_ALLOWED" + impossible +
                "path_allowlist allows nothing; capability 1: domain_allowlist allows nothing");
}

TEST(WhyNot, OfAnUnknownContextIsAnError) {
  const auto why = WhyNot(test::ParsePolicy("{name: c, capabilities: []}"), "d", "t");
  ASSERT_FALSE(why);
  EXPECT_EQ(why.error().code, ErrorCode::kScopeNotFound);
}

}  // namespace
}  // namespace callgate
