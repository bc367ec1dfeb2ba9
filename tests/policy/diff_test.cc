// PolicySet::Diff, section "Diff" of docs/policy.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "core/json/object_writer.h"
#include "tests/policy/relation_vectors.h"

namespace callgate {
namespace {

std::optional<std::size_t> Number(json::Value object, std::string_view key) {
  const auto value = object.Find(key);
  return value ? value->integer() : std::nullopt;
}

// As the vectors write it.
void Show(const std::string& id, const PolicyDiff& diff) {
  std::cout << "VECTOR " << id << ' ';
  std::string text;
  json::WriteList(diff.changes, text, [&](const PolicyChange& change) {
    json::ObjectWriter object(text);
    object.Text("effect", NameOf(change.effect));
    if (change.capability) object.Raw("capability") += std::to_string(*change.capability);
    object.Flag("witness", change.witness.has_value());
    object.Text("reason", change.reason);
    if (change.witness) object.Raw("shown") += change.witness->arguments;
    object.End();
  });
  std::cout << text << '\n';
}

TEST(DiffVectors, EveryChangeIsFoundAsTheVectorSays) {
  const test::Vectors vectors("diff.json");
  for (const json::Value vector : vectors.Cases("vectors")) {
    const std::string contexts = test::Contexts(vector, "contexts");
    SCOPED_TRACE(test::Text(vector, "id") + " " + contexts);
    const PolicySet set = test::ParsePolicy(contexts);
    const std::string before = test::Text(vector, "before");
    const std::string after = test::Text(vector, "after");
    const auto diff = set.Diff(before, set, after);
    if (const auto code = test::MaybeText(vector, "code")) {
      ASSERT_FALSE(diff);
      EXPECT_EQ(CodeName(diff.error().code), *code);
      continue;
    }
    ASSERT_TRUE(diff);
    const json::Value expected = *vector.Find("changes");
    if (std::getenv("CALLGATE_SHOW") != nullptr) {
      Show(test::Text(vector, "id"), *diff);
      continue;
    }
    ASSERT_EQ(diff->changes.size(), expected.size());
    EXPECT_EQ(diff->empty(), expected.size() == 0);
    std::size_t i = 0;
    for (const json::Value change : expected.elements()) {
      const PolicyChange& found = diff->changes[i++];
      EXPECT_EQ(NameOf(found.effect), test::Text(change, "effect")) << found.reason;
      EXPECT_EQ(found.became_allowed, test::Text(change, "effect") == "allowed");
      EXPECT_EQ(found.capability, Number(change, "capability"));
      EXPECT_EQ(found.witness.has_value(), test::Flag(change, "witness")) << found.reason;
      EXPECT_EQ(found.reason, test::Text(change, "reason"));
      if (found.witness) test::ExpectWitnessWorks(set, before, after, found);
    }
  }
}

TEST(Diff, ComparesContextsOfTwoSets) {
  const PolicySet before = test::ParsePolicy("name: c\ncapabilities: [{tool_pattern: a}]");
  const PolicySet after = test::ParsePolicy("name: c\ncapabilities: [{tool_pattern: b}]");
  const auto diff = before.Diff("c", after, "c");
  ASSERT_EQ(diff->changes.size(), 2u);
  EXPECT_TRUE(diff->changes[0].became_allowed);
  EXPECT_EQ(diff->changes[0].tool_pattern, "b");
  EXPECT_FALSE(diff->changes[1].became_allowed);
  EXPECT_EQ(diff->changes[1].tool_pattern, "a");
}

std::vector<std::string> Reasons(const PolicyDiff& diff) {
  std::vector<std::string> reasons;
  for (const PolicyChange& change : diff.changes) reasons.push_back(change.reason);
  return reasons;
}

PolicyDiff DiffOf(const std::string& before, const std::string& after) {
  const PolicySet old_set = test::ParsePolicy("{name: c, " + before + "}");
  const PolicySet new_set = test::ParsePolicy("{name: c, " + after + "}");
  auto diff = old_set.Diff("c", new_set, "c");
  EXPECT_TRUE(diff);
  for (const PolicyChange& change : diff->changes) {
    if (!change.witness) continue;
    const Witness& call = *change.witness;
    EXPECT_EQ(new_set.Evaluate("c", call.tool, call.arguments).allowed(), change.became_allowed);
    EXPECT_EQ(old_set.Evaluate("c", call.tool, call.arguments).allowed(), !change.became_allowed);
  }
  return *diff;
}

TEST(Diff, FindsEveryEditOfOneCapability) {
  const PolicyDiff diff = DiffOf(
      "capabilities: [{tool_pattern: web, domain_allowlist: [a.example], "
      "rate_limit: {calls: 1, per_seconds: 60}, max_response_size: 10}], "
      "deny_list: [{tool_pattern: web, path: /etc}]",
      "capabilities: [{tool_pattern: web, domain_allowlist: [a.example, evil.example], "
      "rate_limit: {calls: 100, per_seconds: 60}, max_response_size: 20}]");
  EXPECT_THAT(Reasons(diff),
              testing::ElementsAre("domain_allowlist: added evil.example",
                                   "max_response_size: 10 became 20",
                                   "rate_limit: 1 calls in 60 s became 100 calls in 60 s",
                                   R"(deny_list: removed {"path":"/etc","tool_pattern":"web"})"));
  for (const PolicyChange& change : diff.changes) EXPECT_TRUE(change.became_allowed);
}

TEST(Diff, ShowsACallForAnEntryOfALongList) {
  std::string hosts;
  for (int i = 0; i < 500; ++i) hosts += "h" + std::to_string(i) + ".example, ";
  for (const auto& [before, after] :
       {std::pair<std::string, std::string>("domain_allowlist: [", "]"),
        {"arguments: {url: {url: {allow: [", "]}}}"}}) {
    const std::string old_list = before + hosts + "last.example" + after;
    const std::string new_list = before + hosts + "evil.example, last.example" + after;
    const PolicyDiff diff = DiffOf("capabilities: [{tool_pattern: web, " + old_list + "}]",
                                   "capabilities: [{tool_pattern: web, " + new_list + "}]");
    ASSERT_EQ(diff.changes.size(), 1u);
    EXPECT_EQ(diff.changes[0].after, "evil.example");
    ASSERT_TRUE(diff.changes[0].witness) << before;
    EXPECT_EQ(diff.changes[0].witness->arguments, R"({"url":"https://evil.example/"})");
  }
}

// The effect and the reason of each change.
std::vector<std::string> Effects(const PolicyDiff& diff) {
  std::vector<std::string> effects;
  for (const PolicyChange& change : diff.changes) {
    effects.push_back(std::string(NameOf(change.effect)) + " " + change.reason);
  }
  return effects;
}

PolicyDiff DiffOfArguments(const std::string& before, const std::string& after,
                           const std::string& rest = "") {
  const std::string start = "capabilities: [{tool_pattern: t, arguments: {";
  return DiffOf(start + before + "}}]" + rest, start + after + "}}]" + rest);
}

TEST(Diff, OtherBoundsOfTheSameIntegersMakeNoDifference) {
  const PolicyDiff diff = DiffOfArguments(
      "n: {type: integer, exclusiveMinimum: 0, exclusiveMaximum: 10, optional: true}, "
      "s: {type: integer, minimum: 0, optional: true}",
      "n: {type: integer, minimum: 1, maximum: 9, optional: true}, "
      "s: {type: integer, minimum: 0, maximum: 5, optional: true}");
  EXPECT_THAT(Effects(diff),
              testing::UnorderedElementsAre(
                  "denied maximum of s: added 5", "none maximum of n: added 9",
                  "none minimum of n: added 1", "none exclusiveMaximum of n: removed 10",
                  "none exclusiveMinimum of n: removed 0"));
  EXPECT_THAT(Effects(DiffOfArguments("n: {type: integer, exclusiveMinimum: 0}",
                                      "n: {type: integer, minimum: 1}")),
              testing::UnorderedElementsAre("none minimum of n: added 1",
                                            "none exclusiveMinimum of n: removed 0"));
  // Where the bound says less than the old one, it does.
  EXPECT_THAT(Effects(DiffOfArguments("n: {type: integer, exclusiveMinimum: 0, optional: true}",
                                      "n: {type: integer, minimum: 2, optional: true}")),
              testing::UnorderedElementsAre("denied minimum of n: added 2",
                                            "none exclusiveMinimum of n: removed 0"));
}

TEST(Diff, CreditsNoEditWithWhatAnotherDecides) {
  // The call that the shorter list of directories denies says nothing of the content.
  const PolicyDiff diff = DiffOfArguments(
      "path: {path: {allow: [/w]}}, content: {type: string}",
      "path: {path: {allow: [\"/w/*\"]}}, content: {type: string, maxLength: 100000000}");
  for (const PolicyChange& change : diff.changes) {
    using Effect = PolicyChange::Effect;
    const bool is_length = change.keyword == "maxLength";
    if (!is_length && change.before != "/w") continue;
    EXPECT_EQ(change.effect, is_length ? Effect::kUnknown : Effect::kDenied);
  }
  // Of a length that a call can have, one shows it.
  const PolicyDiff shorter =
      DiffOfArguments("path: {path: {allow: [/w]}}, content: {type: string}",
                      "path: {path: {allow: [\"/w/*\"]}}, content: {type: string, maxLength: 3}");
  for (const PolicyChange& change : shorter.changes) {
    if (change.keyword != "maxLength") continue;
    ASSERT_TRUE(change.witness);
    EXPECT_NE(change.witness->arguments.find("aaaa"), std::string::npos);
  }
}

TEST(Diff, CreditsNoEditWithWhatADenyEntryStops) {
  const std::string start = "capabilities: [{tool_pattern: t, arguments: {path: {path: {allow: ";
  const PolicyDiff diff =
      DiffOf(start + "[/w]}}}}]",
             start + "[\"/w/*\"]}}}}], deny_list: [{tool_pattern: t, path: \"**/.git\"}]");
  for (const PolicyChange& change : diff.changes) {
    if (change.before != "/w") continue;
    ASSERT_TRUE(change.witness);
    EXPECT_EQ(change.witness->arguments, R"({"path":"/w"})");
  }
}

TEST(Diff, AnExceptThatADenyEntryRepeatsMakesNoDifference) {
  const auto effects = [](const std::string& rest) {
    return Effects(DiffOfArguments("p: {path: {allow: [/w], except: [\"**/.git\"]}}",
                                   "p: {path: {allow: [/w]}}", rest));
  };
  EXPECT_THAT(effects(", deny_list: [{tool_pattern: \"*\", path: \"**/.git\"}]"),
              testing::ElementsAre("none except of p: removed **/.git"));
  EXPECT_THAT(
      Effects(DiffOfArguments("p: {path: {allow: [/w], except: [\"**/.git\", \"**/.env\"]}}",
                              "p: {path: {allow: [/w]}}",
                              ", deny_list: [{tool_pattern: t, path: \"**/.git\"}, "
                              "{tool_pattern: t, path: \"**/.env\"}]")),
      testing::ElementsAre("none except of p: removed **/.git",
                           "none except of p: removed **/.env"));
  for (const char* const rest : {"", ", deny_list: [{tool_pattern: other, path: \"**/.git\"}]",
                                 ", deny_list: [{tool_pattern: t, path: \"/w/a/**/.git\"}]"}) {
    EXPECT_THAT(effects(rest), testing::ElementsAre("allowed except of p: removed **/.git"));
  }
}

TEST(Diff, NamesTheArgumentDownToItsKeyword) {
  const auto reasons = [](const std::string& before, const std::string& after) {
    return Reasons(DiffOf("capabilities: [{tool_pattern: t, arguments: " + before + "}]",
                          "capabilities: [{tool_pattern: t, arguments: " + after + "}]"));
  };
  using testing::ElementsAre;
  EXPECT_THAT(reasons("{p: {type: string, maxLength: 5}}", "{p: {type: string, maxLength: 9}}"),
              ElementsAre("maxLength of p: 5 became 9"));
  EXPECT_THAT(reasons("{l: {type: array, items: {enum: [a]}}}",
                      "{l: {type: array, items: {enum: [a, b]}}}"),
              ElementsAre("enum of l.items: added b"));
  EXPECT_THAT(reasons("{o: {type: object, properties: {path: {const: a}}}}",
                      "{o: {type: object, properties: {path: {const: a, optional: true}}}}"),
              ElementsAre("optional of o.path: added true"));
  EXPECT_THAT(reasons("{a: {const: x}}", "{a: {const: x}, b: {type: boolean, optional: true}}"),
              ElementsAre("arguments of b: added {\"optional\":true,\"type\":\"boolean\"}"));
  EXPECT_THAT(
      reasons("{c: {command: {allow: [{words: [git], then: [log]}, {words: [ls]}]}}}",
              "{c: {command: {allow: [{words: [ls]}, {words: [git], then: [log, push]}]}}}"),
      ElementsAre("then of c: added push"));
}

TEST(Diff, FollowsADefinitionToWhatUsesIt) {
  const auto context = [](const std::string& allow) {
    return "definitions: {source: {path: {allow: [" + allow + "]}}, unused: {path: {allow: [" +
           allow + "]}}}, capabilities: [{tool_pattern: t, arguments: {p: {use: source}}}]";
  };
  EXPECT_THAT(Reasons(DiffOf(context("/a"), context("/a, /b"))),
              testing::ElementsAre("allow of p: added /b"));
}

TEST(Diff, SaysWhatMakesNoDifference) {
  const PolicyDiff diff =
      DiffOf("capabilities: [{tool_pattern: t, path_allowlist: [/a]}], deny_list: [u]",
             "capabilities: [{tool_pattern: t, path_allowlist: [/a, /a/b, /c]}]");
  EXPECT_THAT(Reasons(diff),
              testing::ElementsAre("path_allowlist: added /c", "path_allowlist: added /a/b",
                                   "deny_list: removed u"));
  EXPECT_EQ(diff.changes[1].effect, PolicyChange::Effect::kNone);
  EXPECT_EQ(diff.changes[2].capability, std::nullopt);
}

TEST(Diff, SaysWhatMakesNoDifferenceAlsoWhereNothingElseDoes) {
  const std::string start = "capabilities: [{tool_pattern: fs.read}], deny_list: ";
  EXPECT_THAT(Effects(DiffOf(start + "[danger.x, fs.delete]", start + "[danger.x]")),
              testing::ElementsAre("none deny_list: removed fs.delete"));
  EXPECT_THAT(Effects(DiffOf(start + "[danger.x]", start + "[fs.read, danger.x]")),
              testing::ElementsAre("denied deny_list: added fs.read"));
  EXPECT_TRUE(DiffOf(start + "[danger.x, fs.delete]", start + "[fs.delete, danger.x]").empty());
}

TEST(Diff, NamesTheArgumentBehindALongKeyword) {
  // A list of keywords that are longer than what a string holds in place comes before.
  for (const std::string name : {"n", "rate_limit", "max_response_size"}) {
    for (const std::string first : {"a: {type: number, exclusiveMinimum: 1}, ",
                                    "a: {type: object, additionalProperties: {type: boolean}, "
                                    "propertyNames: {enum: [x]}, maxProperties: 1}, "}) {
      EXPECT_THAT(Effects(DiffOfArguments(first + name + ": {type: integer, maximum: 10}",
                                          first + name + ": {type: integer, maximum: 1000}")),
                  testing::ElementsAre("allowed maximum of " + name + ": 10 became 1000"));
      EXPECT_THAT(Effects(DiffOfArguments(first + name + ": {type: boolean}",
                                          first + name + ": {type: boolean, optional: true}")),
                  testing::ElementsAre("allowed optional of " + name + ": added true"));
    }
  }
}

TEST(Diff, NamesEntriesOfAListThatHasADefault) {
  const std::string url = "u: {url: {allow: [a.example]";
  EXPECT_THAT(Effects(DiffOfArguments(url + "}}", url + ", schemes: [https, http]}}")),
              testing::ElementsAre("allowed schemes of u: added http"));
  EXPECT_THAT(Effects(DiffOfArguments(url + ", schemes: [http]}}", url + "}}")),
              testing::ElementsAre("allowed schemes of u: added https",
                                   "denied schemes of u: removed http"));
}

TEST(Diff, ADenyEntryIsNoFindingOfACommandThatItDoesNotReach) {
  const auto effects = [](const std::string& then, const std::string& option) {
    const std::string start =
        "capabilities: [{tool_pattern: sh.run, arguments: {command: {command: {allow: [{words: "
        "[git], then: [";
    const std::string end = "]}]}}}}], deny_list: [{tool_pattern: \"sh.*\", command: git, option: ";
    return Effects(DiffOf(start + "log" + end + "\"-c\"}]", start + then + end + option + "}]"));
  };
  EXPECT_THAT(effects("log, show", "\"-c\""),
              testing::ElementsAre("allowed then of command: added show"));
}

// The arguments of the only change of two declarations.
std::string ShownCall(const std::string& before, const std::string& after) {
  const PolicyDiff diff = DiffOfArguments(before, after);
  EXPECT_EQ(diff.changes.size(), 1u);
  if (diff.empty() || !diff.changes[0].witness) return "none";
  return diff.changes[0].witness->arguments;
}

TEST(Diff, ShowsOneMemberOrOperandMoreThanTheOtherTakes) {
  const std::string flags =
      "m: {type: object, additionalProperties: {type: boolean}, "
      "propertyNames: {type: string, maxLength: 3}, maxProperties: ";
  EXPECT_EQ(ShownCall(flags + "3}", flags + "4}"),
            R"({"m":{"a":true,"b":true,"c":true,"d":true}})");
  EXPECT_EQ(ShownCall(flags + "4}", flags + "3}"),
            R"({"m":{"a":true,"b":true,"c":true,"d":true}})");
  const std::string words = "c: {command: {allow: [{words: [t], operands: {enum: [a, b]}, ";
  EXPECT_EQ(ShownCall(words + "maxOperands: 2}]}}", words + "maxOperands: 3}]}}"),
            R"({"c":"t a a a"})");
  EXPECT_EQ(ShownCall(words + "minOperands: 3, maxOperands: 5}]}}",
                      words + "minOperands: 1, maxOperands: 5}]}}"),
            R"({"c":"t a"})");
}

TEST(Diff, ShowsTheShortestCallThatItFinds) {
  const std::string o = ", o: {type: boolean, optional: true}";
  EXPECT_EQ(ShownCall("l: {type: array, items: {type: string, maxLength: 5}, minItems: 1, "
                      "maxItems: 5, uniqueItems: true, optional: true}" +
                          o,
                      "l: {type: array, items: {type: string, maxLength: 6}, minItems: 1, "
                      "maxItems: 5, uniqueItems: true, optional: true}" +
                          o),
            R"({"l":["aaaaaa"]})");
  EXPECT_EQ(ShownCall("m: {type: object, properties: {x: {type: string}, y: {type: integer, "
                      "optional: true}}}",
                      "m: {type: object, properties: {x: {type: string}, y: {type: integer, "
                      "optional: true}, z: {type: string, optional: true}}}"),
            R"({"m":{"x":"a","z":"a"}})");
}

TEST(Diff, AToolThatIsGoneExplainsWhatItsDenyEntriesStop) {
  const auto start = [](const std::string& tools) {
    return "capabilities: [{tool_pattern: " + tools +
           ", arguments: {path: {path: {allow: [/w]}}}}], "
           "deny_list: [{tool_pattern: \"*\", path: \"**/.env\"}, "
           "{tool_pattern: \"*\", domain: loopback}]";
  };
  EXPECT_THAT(Effects(DiffOf(start("[fs.read, fs.write]"), start("[fs.read]"))),
              testing::ElementsAre("denied tool_pattern: removed fs.write"));
}

// A context of many capabilities on one tool, each on a directory of its own.
std::string Directories(const std::string& begin, std::size_t count) {
  std::string capabilities;
  for (std::size_t i = 0; i < count; ++i) {
    capabilities += (i == 0 ? "" : ", ") + ("{tool_pattern: t, path_allowlist: [/" + begin) +
                    std::to_string(i) + "], only_arguments: [path]}";
  }
  return "{name: c, capabilities: [" + capabilities + "]}";
}

TEST(Diff, SaysWhatItDoesNotComeToCompare) {
  const auto count_of_uncompared = [](std::size_t capabilities) {
    const PolicySet before = test::ParsePolicy(Directories("a", capabilities));
    const PolicySet after = test::ParsePolicy(Directories("b", capabilities));
    const auto diff = before.Diff("c", after, "c");
    EXPECT_TRUE(diff);
    return std::ranges::count_if(diff->changes, [](const PolicyChange& change) {
      const bool says_so =
          change.reason.ends_with("not compared, since the policies are too large");
      EXPECT_TRUE(!says_so || change.effect == PolicyChange::Effect::kUnknown) << change.reason;
      return says_so;
    });
  };
  EXPECT_EQ(count_of_uncompared(20), 0);
  EXPECT_GT(count_of_uncompared(1'300), 0);
}

// "effect keyword; " of each finding.
std::string Effects(const std::string& before, const std::string& after) {
  const PolicySet old_set = test::ParsePolicy("{name: c, " + before + "}");
  const PolicySet new_set = test::ParsePolicy("{name: c, " + after + "}");
  const auto diff = old_set.Diff("c", new_set, "c");
  std::string effects;
  for (const PolicyChange& change : diff->changes) {
    effects += std::string(NameOf(change.effect)) + " " + change.keyword + "; ";
  }
  return effects;
}

TEST(Diff, ADenyEntryForAnOptionThatNoCommandHoldsChangesNothing) {
  const auto effects = [](const std::string& option) {
    const std::string capability =
        "capabilities: [{tool_pattern: t, arguments: {c: {command: {allow: [{words: [git], then: "
        "[log], options: [" +
        option + "]}]}}}}]";
    const std::string denied = ", deny_list: [{tool_pattern: t, command: git, option: '-c'}]";
    return Effects(capability + denied, capability);
  };
  EXPECT_EQ(effects("--oneline"), "none deny_list; ");
  EXPECT_EQ(effects("'-c VALUE'"), "allowed deny_list; ");
}

TEST(Diff, AnotherBaseLeavesWhatIsDeniedAnywhere) {
  const auto effects = [](const std::string& allow) {
    const auto with = [&](const std::string& base) {
      return "capabilities: [{tool_pattern: t, arguments: {p: {path: {allow: [" + allow +
             "], base: " + base + "}}}}], deny_list: [{tool_pattern: t, path: '**/.env'}]";
    };
    return Effects(with("/w"), with("/s"));
  };
  EXPECT_EQ(effects("/w"), "denied base; ");
  EXPECT_EQ(effects("/w, /s"), "unknown base; ") << "relative paths mean others";
}

}  // namespace
}  // namespace callgate
