#include "core/policy/inclusion/command_rule_relations.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

using Shape = CommandOption::Shape;

// Stands for a schema; one whose name begins with another's is within that.
SchemaPtr Named(std::string name) {
  Schema schema;
  schema.definition = std::move(name);
  return std::make_shared<const Schema>(std::move(schema));
}
bool IsWithin(const Schema& inner, const Schema& outer) {
  return inner.definition.starts_with(outer.definition);
}

CommandRule Rule(std::vector<std::string> words,
                 std::optional<std::vector<std::string>> then = std::nullopt,
                 std::vector<CommandOption> options = {}) {
  CommandRule rule;
  rule.words = std::move(words);
  rule.then = std::move(then);
  rule.options = std::move(options);
  return rule;
}
CommandRule WithOperands(SchemaPtr operand, std::uint32_t least, std::uint32_t most) {
  CommandRule rule = Rule({"x"});
  rule.operand = std::move(operand);
  rule.min_operands = least;
  rule.max_operands = most;
  return rule;
}
CommandRule WithPlaces(std::vector<SchemaPtr> places) {
  CommandRule rule = Rule({"x"});
  rule.max_operands = static_cast<std::uint32_t>(places.size());
  rule.operands_by_place = std::move(places);
  return rule;
}

bool Within(const CommandRule& inner, const CommandRule& outer) {
  EXPECT_TRUE(IsRuleWithin(inner, inner, IsWithin));
  EXPECT_TRUE(IsRuleWithin(outer, outer, IsWithin));
  return IsRuleWithin(inner, outer, IsWithin);
}

const CommandOption kFlag{Shape::kFlag, "-q", nullptr};
const CommandOption kDashes{Shape::kFlag, "--", nullptr};

TEST(CommandRuleRelations, FirstWordsAreThoseOfTheOuter) {
  const CommandRule git = Rule({"git"}, std::vector<std::string>{"status", "log"});
  EXPECT_TRUE(Within(Rule({"git"}, std::vector<std::string>{"log"}), git));
  EXPECT_TRUE(Within(Rule({"git", "log"}), git));
  EXPECT_FALSE(Within(Rule({"git"}, std::vector<std::string>{"log", "push"}), git));
  EXPECT_FALSE(Within(Rule({"git"}), git));
  EXPECT_FALSE(Within(git, Rule({"git", "log"})));
  EXPECT_FALSE(Within(Rule({"npm"}), Rule({"git"})));
  EXPECT_FALSE(Within(git, Rule({"git"})));  // what follows would be an operand
}

TEST(CommandRuleRelations, FurtherWordsOfTheInnerMayBeFlags) {
  EXPECT_TRUE(Within(Rule({"git", "-q"}), Rule({"git"}, std::nullopt, {kFlag})));
  EXPECT_FALSE(Within(Rule({"git", "--"}), Rule({"git"}, std::nullopt, {kDashes})));
  EXPECT_FALSE(Within(Rule({"git", "-n"}),
                      Rule({"git"}, std::nullopt, {{Shape::kNextWord, "-n", nullptr}})));
}

TEST(CommandRuleRelations, OptionsAreReadAlike) {
  const auto with = [](CommandOption option) { return Rule({"x"}, std::nullopt, {option}); };
  const CommandRule any = with({Shape::kAttached, "--a=", nullptr});
  EXPECT_TRUE(Within(Rule({"x"}), any));
  EXPECT_FALSE(Within(any, Rule({"x"})));
  EXPECT_TRUE(Within(with({Shape::kAttached, "--a=", Named("p")}), any));
  EXPECT_FALSE(Within(any, with({Shape::kAttached, "--a=", Named("p")})));
  EXPECT_TRUE(Within(with({Shape::kAttached, "--a=", Named("pq")}),
                     with({Shape::kAttached, "--a=", Named("p")})));
  EXPECT_TRUE(Within(with({Shape::kFlag, "--a=1", nullptr}), any));
  EXPECT_TRUE(Within(with({Shape::kAttached, "--a=1", Named("p")}), any));
  EXPECT_FALSE(
      Within(with({Shape::kFlag, "--a=1", nullptr}), with({Shape::kAttached, "--a=", Named("p")})));
  EXPECT_FALSE(Within(with({Shape::kFlag, "--a=", nullptr}), any));  // a value is not empty
  EXPECT_FALSE(Within(with({Shape::kNextWord, "--a=1", nullptr}), any));
  EXPECT_FALSE(Within(with(kFlag), with({Shape::kNextWord, "-q", nullptr})));
  EXPECT_FALSE(Within(with({Shape::kNextWord, "-q", nullptr}), with(kFlag)));
}

TEST(CommandRuleRelations, OperandsAreWithinByPlaceAndNumber) {
  constexpr std::uint32_t kMost = 0xFFFFFFFF;
  EXPECT_TRUE(Within(Rule({"x"}), WithOperands(Named("p"), 0, 2)));
  EXPECT_FALSE(Within(Rule({"x"}), WithOperands(Named("p"), 1, 2)));
  EXPECT_FALSE(Within(WithOperands(Named("p"), 0, 2), Rule({"x"})));
  EXPECT_TRUE(Within(WithOperands(Named("pq"), 1, 2), WithOperands(Named("p"), 0, kMost)));
  EXPECT_FALSE(Within(WithOperands(Named("p"), 1, kMost), WithOperands(Named("p"), 0, 2)));
  EXPECT_FALSE(Within(WithOperands(Named("p"), 0, 2), WithOperands(Named("pq"), 0, 2)));
  EXPECT_TRUE(Within(WithPlaces({Named("pq"), Named("pr")}), WithOperands(Named("p"), 0, kMost)));
  EXPECT_FALSE(Within(WithPlaces({Named("pq"), Named("r")}), WithOperands(Named("p"), 0, kMost)));
  EXPECT_TRUE(Within(WithOperands(Named("pq"), 0, 2), WithPlaces({Named("p"), Named("pq")})));
  EXPECT_FALSE(Within(WithOperands(Named("pq"), 0, 2), WithPlaces({Named("p"), Named("q")})));
  EXPECT_FALSE(Within(WithOperands(Named("p"), 0, kMost), WithPlaces({Named("p")})));
}

TEST(CommandRuleRelations, EachEntryIsWithinOne) {
  CommandKind inner, outer;
  inner.allow = {Rule({"git"}, std::vector<std::string>{"log", "status"})};
  outer.allow = {Rule({"git", "log"}), Rule({"git", "status"})};
  EXPECT_TRUE(IsCommandWithin(inner, outer, IsWithin));
  outer.allow.pop_back();
  EXPECT_FALSE(IsCommandWithin(inner, outer, IsWithin));
  inner.allow.clear();
  EXPECT_TRUE(IsCommandWithin(inner, outer, IsWithin));
}

TEST(CommandRuleRelations, FormExecAndArgsAreCompared) {
  using Form = CommandKind::Form;
  CommandKind inner, outer;
  inner.form = Form::kText;
  EXPECT_TRUE(IsCommandWithin(inner, outer, IsWithin));
  EXPECT_FALSE(IsCommandWithin(outer, inner, IsWithin));
  outer.exec = Exec::kArgv;
  EXPECT_TRUE(IsCommandWithin(inner, outer, IsWithin));  // a text is read alike
  inner.form = Form::kList;
  EXPECT_FALSE(IsCommandWithin(inner, outer, IsWithin));
  inner.form = Form::kText;
  inner.args = "args";
  EXPECT_FALSE(IsCommandWithin(inner, outer, IsWithin));
  outer.args = "args";
  EXPECT_FALSE(IsCommandWithin(inner, outer, IsWithin));
  inner.exec = Exec::kArgv;
  EXPECT_TRUE(IsCommandWithin(inner, outer, IsWithin));
}

}  // namespace
}  // namespace callgate::policy
