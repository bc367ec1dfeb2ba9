// PolicySet::Diff over random pairs of contexts and over every edit of one, section "Diff" of
// docs/policy.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>

#include "core/policy/model/context.h"
#include "tests/policy/random_cases.h"
#include "tests/policy/relation_vectors.h"

namespace callgate {
namespace {

TEST(DiffProperties, HasNoEffectExactlyWhenEachIsWithinTheOther) {
  std::size_t empty = 0;
  const auto& cases = test::RandomCases();
  for (const test::RandomCase& one : cases) {
    const PolicySet set = one.Parse();
    const auto diff = set.Diff("outer", set, "middle");
    const bool same =
        set.Contains("outer", "middle")->contained && set.Contains("middle", "outer")->contained;
    const bool shows = std::ranges::any_of(diff->changes, [](const PolicyChange& change) {
      return change.keyword != "max_response_size" && change.effect != PolicyChange::Effect::kNone;
    });
    ASSERT_EQ(!shows, same) << one.contexts;
    if (same) ++empty;
    for (const PolicyChange& change : diff->changes) {
      if (change.witness) test::ExpectWitnessWorks(set, "outer", "middle", change);
    }
  }
  std::cout << empty << " of " << cases.size() << " pairs without a change\n";
  EXPECT_GE(empty * 10, cases.size());
  EXPECT_LE(empty * 10, cases.size() * 9);
}

// Whether one of the patterns of a change, which are joined by a space, matches the tool.
bool NamesTool(const PolicyChange& change, std::string_view tool) {
  std::string_view rest = change.tool_pattern;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    if (policy::ToolPattern::Parse(one)->Matches(tool)) return true;
  }
  return false;
}

TEST(DiffProperties, SaysAllowedOrDeniedOnlyWhereItIsShown) {
  const auto is_limit = [](const PolicyChange& change) {
    return change.keyword == "rate_limit" || change.keyword == "max_response_size";
  };
  std::size_t unknown = 0;
  std::size_t changes = 0;
  for (const test::RandomCase& one : test::RandomCases()) {
    const auto diff = one.Parse().Diff("outer", one.Parse(), "middle");
    for (const PolicyChange& change : diff->changes) {
      ++changes;
      if (change.effect == PolicyChange::Effect::kUnknown) ++unknown;
      const bool claims = change.effect == PolicyChange::Effect::kAllowed ||
                          change.effect == PolicyChange::Effect::kDenied;
      ASSERT_EQ(claims, change.witness || (claims && is_limit(change))) << change.reason;
    }
  }
  std::cout << unknown << " of " << changes << " changes not known\n";
  EXPECT_LE(unknown * 4, changes);
}

TEST(DiffProperties, NamesTheToolOfACallThatIsDecidedDifferently) {
  int pairs = 0;
  int different = 0;
  int shown = 0;
  for (const test::RandomCase& one : test::RandomCases()) {
    if (one.calls.empty()) continue;
    ++pairs;
    const PolicySet set = one.Parse();
    const auto diff = set.Diff("outer", set, "middle");
    for (const test::RandomCall& call : one.calls) {
      const std::string arguments = test::Union(call, call);
      const bool before = set.Evaluate("outer", call.tool, arguments).allowed();
      const bool after = set.Evaluate("middle", call.tool, arguments).allowed();
      if (before == after) continue;
      ++different;
      const auto effect = after ? PolicyChange::Effect::kAllowed : PolicyChange::Effect::kDenied;
      ASSERT_TRUE(std::ranges::any_of(diff->changes,
                                      [&](const PolicyChange& change) {
                                        return (change.effect == effect ||
                                                change.effect == PolicyChange::Effect::kUnknown) &&
                                               NamesTool(change, call.tool);
                                      }))
          << call.tool << " " << arguments << "\n"
          << one.contexts;
      const bool is_shown = std::ranges::any_of(diff->changes, [&](const PolicyChange& change) {
        return change.effect == effect && NamesTool(change, call.tool);
      });
      if (is_shown) ++shown;
    }
  }
  std::cout << different << " calls of " << pairs << " pairs decided differently, " << shown
            << " with a call or a limit that shows it\n";
  EXPECT_GE(pairs, 2'000);
  EXPECT_GE(different, 10'000);
  EXPECT_GE(shown * 10, different * 9);
}

// One change of a document, and what a finding has to say of it.
struct DocumentEdit {
  std::string text;
  std::string keyword;
  std::optional<std::string> before;
  std::optional<std::string> after;
};

std::string Compact(json::Value value) {
  std::string text;
  json::WriteLexical(value, json::KeyOrder::kCodePoint, text);
  return text;
}

// The first occurrence of `old` in the document replaced; nullopt where it holds none.
std::optional<std::string> Replaced(std::string text, const std::string& old,
                                    const std::string& fresh) {
  const std::size_t at = text.find(old);
  if (at == std::string::npos) return std::nullopt;
  return text.replace(at, old.size(), fresh);
}

// The edits of one entry, limit or keyword that the document, in canonical form, allows.
std::vector<DocumentEdit> EditsOf(const std::string& text) {
  std::vector<DocumentEdit> edits;
  const auto edit = [&](const std::string& old, const std::string& fresh, std::string keyword,
                        std::optional<std::string> before, std::optional<std::string> after) {
    if (auto edited = Replaced(text, old, fresh)) {
      edits.push_back(
          {std::move(*edited), std::move(keyword), std::move(before), std::move(after)});
    }
  };
  for (const char* list : {"path_allowlist", "allow"}) {
    edit(std::string("\"") + list + "\":[\"/", std::string("\"") + list + "\":[\"/added\",\"/",
         list, std::nullopt, "/added");
  }
  edit("\"domain_allowlist\":[", "\"domain_allowlist\":[\"added.example\",", "domain_allowlist",
       std::nullopt, "added.example");
  edit("\"command_allowlist\":[\"", "\"command_allowlist\":[\"added\",\"", "command_allowlist",
       std::nullopt, "added");
  edit("\"deny_list\":[",
       "\"deny_list\":[{\"path\":\"/added\",\"tool_pattern\":\"*\"}" +
           std::string(text.find("\"deny_list\":[]") == std::string::npos ? "," : ""),
       "deny_list", std::nullopt, R"({"path":"/added","tool_pattern":"*"})");
  edit("\"rate_limit\":{\"calls\":", "\"rate_limit\":{\"calls\":99", "rate_limit", std::nullopt,
       std::nullopt);
  edit("\"when_absent\":\"allow\"", "\"when_absent\":\"deny\"", "when_absent", "allow",
       std::nullopt);
  edit("\"type\":\"integer\"", "\"type\":\"boolean\"", "type", "integer", std::nullopt);
  edit("\"optional\":true,", "", "optional", "true", std::nullopt);
  const auto document = json::Parse(text);
  for (const json::Value entry : document->root().Find("deny_list")->elements()) {
    const std::string old = Compact(entry);
    for (const std::string& around : {old + ",", "," + old, old}) {
      if (text.find(around) == std::string::npos) continue;
      edit(around, "", "deny_list",
           entry.size() == 1 ? std::string(entry.Find("tool_pattern")->string()) : old,
           std::nullopt);
      break;
    }
  }
  for (const json::Value capability : document->root().Find("capabilities")->elements()) {
    for (const char* list : {"path_allowlist", "domain_allowlist"}) {
      const auto entries = capability.Find(list);
      if (!entries || entries->size() < 2) continue;
      const std::string first = Compact(*entries->elements().begin());
      edit(std::string("\"") + list + "\":[" + first + ",", std::string("\"") + list + "\":[", list,
           first.substr(1, first.size() - 2), std::nullopt);
    }
  }
  return edits;
}

TEST(DiffProperties, NamesWhateverWasEdited) {
  int named = 0;
  int without_effect = 0;
  std::map<std::string, int> keywords;
  for (const test::RandomCase& one : test::RandomCases()) {
    if (named >= 6'000) break;
    const PolicySet before = one.Parse();
    for (const DocumentEdit& edit : EditsOf(before.Find("middle")->json)) {
      const auto after = PolicySet::Parse(edit.text, "edited.json");
      if (!after) continue;  // a list that may not hold it
      const auto diff = before.Diff("middle", *after, "middle");
      if (diff->empty()) {
        ++without_effect;
        continue;
      }
      ASSERT_TRUE(std::ranges::any_of(
          diff->changes,
          [&](const PolicyChange& change) {
            const auto says = [](const std::optional<std::string>& wanted,
                                 const std::optional<std::string>& said) {
              return !wanted || said == wanted;
            };
            return change.keyword == edit.keyword && says(edit.before, change.before) &&
                   says(edit.after, change.after);
          }))
          << edit.keyword << " " << diff->changes[0].reason << "\n"
          << before.Find("middle")->json << "\n"
          << edit.text;
      for (const PolicyChange& change : diff->changes) {
        EXPECT_EQ(change.reason.empty() || change.keyword.empty(), false) << edit.text;
      }
      ++named;
      ++keywords[edit.keyword];
    }
  }
  std::cout << named << " edits named, " << without_effect << " without effect\n";
  for (const auto& [keyword, count] : keywords)
    std::cout << "  " << keyword << ' ' << count << '\n';
  EXPECT_GE(named, 2'000);
  EXPECT_GE(keywords.size(), 8u);
}
}  // namespace
}  // namespace callgate
