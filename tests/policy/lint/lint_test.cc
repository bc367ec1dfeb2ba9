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
    EXPECT_EQ(warnings.size(), expected.size()) << found;
    if (warnings.size() != expected.size()) continue;
    std::size_t i = 0;
    for (const json::Value warning : expected.elements()) {
      EXPECT_EQ(warnings[i].rule, test::Text(warning, "rule")) << found;
      EXPECT_EQ(LintLevelName(warnings[i].level), test::Text(warning, "level")) << found;
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

// The rules that warn, each with its capability, or "deny".
std::string Warnings(const std::string& capabilities, const std::string& deny_list = "") {
  std::string found;
  for (const LintWarning& warning : test::ParsePolicy("{name: c, capabilities: [" + capabilities +
                                                      "], deny_list: [" + deny_list + "]}")
                                        .Lint()) {
    found += warning.rule.substr(5) + " " +
             (warning.capability ? std::to_string(*warning.capability) : "deny") + "; ";
  }
  return found;
}

TEST(Lint, ShadowedIsWhatAnotherCapabilityAllows) {
  EXPECT_EQ(Warnings("{tool_pattern: fs.read}, {tool_pattern: fs.*}"), "shadowed 0; ");
  EXPECT_EQ(Warnings("{tool_pattern: fs.*}, {tool_pattern: fs.read}"), "shadowed 1; ");
  EXPECT_EQ(Warnings("{tool_pattern: fs.read}, {tool_pattern: web.*}"), "");
  EXPECT_EQ(Warnings("{tool_pattern: fs.read}, {tool_pattern: fs.*, only_arguments: [a]}"), "");
}

TEST(Lint, ShadowedIsTheLaterOfTwoThatSayTheSame) {
  EXPECT_EQ(Warnings("{tool_pattern: x}, {tool_pattern: x}"), "shadowed 1; ");
  EXPECT_EQ(Warnings("{tool_pattern: x, only_arguments: [a]}, {tool_pattern: x}"), "shadowed 0; ");
  EXPECT_EQ(Warnings("{tool_pattern: '*'}, {tool_pattern: '*'}"), "shadowed 1; star 0; ");
}

TEST(Lint, ShadowedNeedsEveryCommandToBeAllowed) {
  const std::string both = "{tool_pattern: x, only_arguments: [cmd], command_allowlist: [ls, cat]}";
  EXPECT_EQ(Warnings(both + ", {tool_pattern: x, only_arguments: [cmd], command_allowlist: [ls]}"),
            "shadowed 1; ");
}

TEST(Lint, ShadowedIsNotWhatAllowsNothing) {
  EXPECT_EQ(Warnings("{tool_pattern: x, path_allowlist: []}, {tool_pattern: x}"),
            "impossible-constraint 0; ");
}

TEST(Lint, StarMakesANarrowerCapabilityUseless) {
  EXPECT_EQ(Warnings("{tool_pattern: fs.read}, {tool_pattern: '*'}"), "star 1; ");
  EXPECT_EQ(Warnings("{tool_pattern: '*', only_arguments: [a]}, {tool_pattern: '*'}"),
            "shadowed 0; star 1; ");
  EXPECT_EQ(Warnings("{tool_pattern: fs.read}, {tool_pattern: '*', only_arguments: [a]}"), "");
}

TEST(Lint, DeadDenyStopsNoToolThatACapabilityAllows) {
  EXPECT_EQ(Warnings("{tool_pattern: fs.read}", "fs.write"), "dead-deny deny; ");
  EXPECT_EQ(Warnings("{tool_pattern: fs.*}", "fs.write"), "");
  EXPECT_EQ(Warnings("{tool_pattern: fs.read}", "fs.*"), "");
  EXPECT_EQ(Warnings("", "fs.*"), "dead-deny deny; ");
}

TEST(Lint, DeadDenySaysWhichOfTheTwoItIs) {
  const auto message = [](const std::string& deny_list) {
    return test::ParsePolicy("{name: c, capabilities: [{tool_pattern: fs.read}], deny_list: [" +
                             deny_list + "]}")
        .Lint()
        .at(0)
        .message;
  };
  EXPECT_THAT(message("fs.write"), testing::HasSubstr("stops no tool that a capability allows"));
  EXPECT_THAT(message("fs.read, fs.read"), testing::HasSubstr("that another does not stop"));
}

TEST(Lint, DeadDenyIsWithinAnotherEntry) {
  const std::string all = "{tool_pattern: '*', acknowledge: {lint.star: meant}}";
  EXPECT_EQ(Warnings(all, "fs.read, fs.*"), "dead-deny deny; ");
  EXPECT_EQ(Warnings(all, "fs.*, fs.read"), "dead-deny deny; ");
  EXPECT_EQ(Warnings(all, "fs.read, fs.read"), "dead-deny deny; ");
  EXPECT_EQ(Warnings(all, "fs.read, web.get"), "");
  EXPECT_EQ(Warnings(all, "{tool_pattern: x, path: /a/b}, {tool_pattern: x, path: /a}"),
            "dead-deny deny; ");
  EXPECT_EQ(Warnings(all, "{tool_pattern: x, path: /a/b}, {tool_pattern: x, path: /c}"), "");
  EXPECT_EQ(Warnings(all, "{tool_pattern: x, path: /a}, {tool_pattern: y, path: /a}"), "");
  EXPECT_EQ(Warnings(all, "{tool_pattern: x, path: /a}, x"), "dead-deny deny; ");
  EXPECT_EQ(Warnings(all, "{tool_pattern: x, path: /a}, {tool_pattern: x, command: ls}"), "");
}

TEST(Lint, DeadDenyComparesDomainsAndCommandsOfTheirKind) {
  const std::string all = "{tool_pattern: '*', acknowledge: {lint.star: meant}}";
  EXPECT_EQ(Warnings(all, "{tool_pattern: x, domain: a.b.c}, {tool_pattern: x, domain: '*.b.c'}"),
            "dead-deny deny; ");
  EXPECT_EQ(Warnings(all, "{tool_pattern: x, domain: a.b}, {tool_pattern: x, domain: c.b}"), "");
  EXPECT_EQ(Warnings(all, "{tool_pattern: x, command: git push}, {tool_pattern: x, command: git}"),
            "dead-deny deny; ");
  EXPECT_EQ(Warnings(all, "{tool_pattern: x, command: git}, {tool_pattern: x, command: ls}"), "");
}

TEST(Lint, DeadDenyIsFoundByLineAndColumn) {
  const auto set = test::ParsePolicy(
      "name: c\ncapabilities: [{tool_pattern: 'fs.*'}]\ndeny_list:\n  - fs.read\n  - fs.read\n");
  ASSERT_EQ(set.Lint().size(), 1u);
  EXPECT_THAT(set.Lint()[0].where, testing::EndsWith(":5:5"));
}

TEST(Lint, EveryFindingHasTheLevelOfItsRule) {
  const auto level = [](const std::string& capabilities) {
    return test::ParsePolicy("{name: c, capabilities: [" + capabilities + "]}").Lint().at(0).level;
  };
  EXPECT_EQ(level("{tool_pattern: x, path_allowlist: [/], only_arguments: [path]}"),
            LintLevel::kError);
  EXPECT_EQ(level("{tool_pattern: x*}"), LintLevel::kWarning);
  EXPECT_EQ(level("{tool_pattern: x}, {tool_pattern: x}"), LintLevel::kInfo);
  EXPECT_LT(LintLevel::kInfo, LintLevel::kWarning);
  EXPECT_LT(LintLevel::kWarning, LintLevel::kError);
  EXPECT_EQ(LintLevelName(LintLevel::kInfo), "info");
  EXPECT_EQ(LintLevelName(LintLevel::kWarning), "warning");
  EXPECT_EQ(LintLevelName(LintLevel::kError), "error");
}

TEST(Lint, AcknowledgedIsWhatItsPlaceOrTheContextAcknowledges) {
  const std::string broad = "tool_pattern: x, only_arguments: [path], path_allowlist: [/]";
  EXPECT_EQ(Warnings("{" + broad + ", acknowledge: {lint.broad-path: why}}"), "");
  EXPECT_EQ(Warnings("{" + broad + "}, {tool_pattern: y*, acknowledge: {lint.loose-prefix: why}}"),
            "broad-path 0; ");
  EXPECT_EQ(Warnings("{tool_pattern: x}", "{tool_pattern: y, acknowledge: {lint.dead-deny: why}}"),
            "");
  EXPECT_EQ(
      test::ParsePolicy("{name: c, acknowledge: {lint.broad-path: why}, capabilities: [{" + broad +
                        "}, {" + broad + ", rate_limit: {calls: 1, per_seconds: 1}}" + "]}")
          .Lint()
          .size(),
      1u)
      << "the second is shadowed, and both are broad";
}

TEST(Lint, AcknowledgedInVainIsWhatNothingNeeds) {
  EXPECT_EQ(Warnings("{tool_pattern: x, acknowledge: {lint.broad-path: why}}"),
            "acknowledged-in-vain 0; ");
  EXPECT_EQ(Warnings("{tool_pattern: x}", "{tool_pattern: x, acknowledge: {lint.dead-deny: why}}"),
            "acknowledged-in-vain deny; ");
  const auto warnings = test::ParsePolicy(
                            "name: c\n"
                            "acknowledge:\n"
                            "  lint.star: why\n"
                            "capabilities:\n"
                            "  - tool_pattern: x*\n"
                            "    acknowledge: {lint.loose-prefix: why}\n")
                            .Lint();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].rule, "lint.acknowledged-in-vain");
  EXPECT_EQ(warnings[0].where, "policy:3:3") << "at the acknowledgement";
  EXPECT_THAT(warnings[0].message, testing::StartsWith("lint.star"));
}

// `a:b` is a tool as well as the command `b` of the tool `a`.
TEST(Lint, DeadDenyIsATextWhoseBothEntriesAre) {
  EXPECT_EQ(Warnings("{tool_pattern: a}", "'a:b'"), "");
  EXPECT_EQ(Warnings("{tool_pattern: 'a:b'}", "'a:b'"), "");
  EXPECT_EQ(Warnings("{tool_pattern: c}", "'a:b'"), "dead-deny deny; ");
  const std::string all = "{tool_pattern: '*', acknowledge: {lint.star: meant}}";
  EXPECT_EQ(Warnings(all, "'a:b', 'a:b'"), "dead-deny deny; ");
  EXPECT_EQ(Warnings(all, "'a:b', a"), "");
  for (const std::string denied : {"'a:b', a", "'a:b', 'a:b'"}) {
    const std::string tool = denied.ends_with("a") ? "a" : "'a:b'";
    const auto warnings = test::ParsePolicy("{name: c, capabilities: [{tool_pattern: " + tool +
                                            "}], deny_list: [" + denied + "]}")
                              .Lint();
    ASSERT_EQ(warnings.size(), 1u) << denied;
    EXPECT_THAT(warnings[0].message, testing::HasSubstr("that another does not stop")) << denied;
  }
}

TEST(Lint, DeadDenyIsFoundOnceOfTwoEqualTemplates) {
  const std::string url = "{tool_pattern: t, arguments: {url: {url: {allow: [a.example]}}}}";
  const std::string entry = "{tool_pattern: '*', path: /a}";
  EXPECT_EQ(Warnings(url, entry), "dead-deny deny; ");
  EXPECT_EQ(Warnings(url, entry + ", " + entry), "dead-deny deny; dead-deny deny; ");
  const std::string host = "{tool_pattern: '*', domain: b.example}";
  EXPECT_EQ(Warnings(url, host), "");
  EXPECT_EQ(Warnings(url, host + ", " + host), "dead-deny deny; ");
}

TEST(Lint, BlindDenyReadsATextAsWhatIsDenied) {
  const auto of = [](const std::string& tool, const std::string& argument) {
    return "{tool_pattern: '" + tool + "', arguments: {" + argument + "}}";
  };
  const std::string command = "c: {command: {allow: [{words: [ls]}]}}";
  EXPECT_EQ(Warnings(of("t", "x: {type: string}"), "'t:rm'"), "blind-deny deny; ");
  EXPECT_EQ(Warnings(of("t", "x: {type: string}"), "'t:/etc'"), "blind-deny deny; ");
  EXPECT_EQ(Warnings(of("t", "x: {type: string}"), "'t:evil.example'"), "blind-deny deny; ");
  EXPECT_EQ(Warnings(of("t.*", "x: {type: string}"), "'t.run:rm'"), "blind-deny deny; ");
  EXPECT_EQ(Warnings(of("t", command), "'t:rm'"), "");
  EXPECT_EQ(Warnings("{tool_pattern: t}", "'t:rm'"), "") << "the short form guesses";
  for (const char* tool : {"t:rm", "t:*"}) {
    EXPECT_EQ(
        Warnings(of("t", "x: {type: string}") + ", " + of(tool, "n: {type: integer}"), "'t:rm'"),
        "")
        << "it denies the tool";
  }
}

TEST(Lint, BlindDenyNamesTheArgumentOfATextWithTwoMeanings) {
  const auto set = test::ParsePolicy(
      "{name: c, acknowledge: {lint.plain-text: meant}, capabilities: [{tool_pattern: t, "
      "arguments: {url: {type: string}}}], deny_list: ['t:evil.example']}");
  ASSERT_EQ(set.Lint().size(), 1u);
  EXPECT_THAT(set.Lint()[0].message, testing::HasSubstr("does not see the argument url"));
}

}  // namespace
}  // namespace callgate
