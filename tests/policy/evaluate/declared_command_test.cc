#include "core/policy/evaluate/declared_command.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/policy/allocations.h"

namespace callgate::policy {
namespace {

using Shape = CommandOption::Shape;

// Stands for a schema that accepts what begins with its name.
SchemaPtr Beginning(std::string name) {
  Schema schema;
  schema.definition = std::move(name);
  return std::make_shared<const Schema>(std::move(schema));
}

constexpr auto kJudge = [](const Schema& schema, std::string_view value) -> std::string_view {
  return value.starts_with(schema.definition) ? "" : "schema.pattern";
};

CommandRule GitLog() {
  CommandRule rule;
  rule.words = {"git", "--no-pager"};
  rule.then = {"log", "diff"};
  rule.options = {
      {Shape::kFlag, "--oneline", nullptr},    {Shape::kFlag, "--", nullptr},
      {Shape::kAttached, "--since=", nullptr}, {Shape::kNextWord, "-n", Beginning("1")},
      {Shape::kNextWord, "--stat", nullptr},   {Shape::kAttached, "-S", Beginning("x")}};
  rule.operand = Beginning("/w/");
  rule.max_operands = 2;
  return rule;
}

CommandKind Kind(CommandRule rule) {
  CommandKind kind;
  kind.allow.push_back(std::move(rule));
  return kind;
}

std::string Judge(const CommandKind& kind, const std::string& command_json,
                  const std::string& args_json = "") {
  const auto command = json::Parse(command_json);
  std::optional<json::Value> args;
  const auto document = json::Parse(args_json.empty() ? "null" : args_json);
  if (!args_json.empty()) args = document->root();
  return std::string(JudgeDeclaredCommand(kind, command->root(), args, kJudge));
}
std::string JudgeText(const CommandKind& kind, const std::string& text) {
  std::string json;
  json::AppendString(text, json);
  return Judge(kind, json);
}

TEST(DeclaredCommand, WordsAndThenComeFirst) {
  const CommandKind kind = Kind(GitLog());
  EXPECT_EQ(JudgeText(kind, "git --no-pager log"), "");
  EXPECT_EQ(JudgeText(kind, "git --no-pager diff --oneline"), "");
  EXPECT_EQ(JudgeText(kind, "git log"), "operand.words");
  EXPECT_EQ(JudgeText(kind, "'git' --no-pager log"), "operand.words");
  EXPECT_EQ(JudgeText(kind, "/bin/git --no-pager log"), "operand.words");
  EXPECT_EQ(JudgeText(kind, "git --no-pager"), "operand.then");
  EXPECT_EQ(JudgeText(kind, "git --no-pager push"), "operand.then");
  EXPECT_EQ(JudgeText(kind, "git --no-pager --oneline log"), "operand.then");
}

// What follows `git --no-pager log `.
std::string JudgeRest(const std::string& rest) {
  return JudgeText(Kind(GitLog()), "git --no-pager log " + rest);
}

TEST(DeclaredCommand, AnOptionIsReadAsItIsListed) {
  for (const char* good : {"--since=today", "--since='2 weeks'", "-n 1", "-n '1 0'", "-Sxy",
                           "--stat 80", "/w/a --oneline", "'--oneline'"}) {
    EXPECT_EQ(JudgeRest(good), "") << good;
  }
  for (const char* bad : {"--output=/x", "--online", "--oneline=1", "--since", "--since=", "-n1",
                          "-S", "-", "-p", "-Oneline", "'--output=/x'"}) {
    EXPECT_EQ(JudgeRest(bad), "operand.option") << bad;
  }
}

TEST(DeclaredCommand, AValueIsNoOption) {
  EXPECT_EQ(JudgeRest("--stat --output=/x"), "operand.value-dash");
  EXPECT_EQ(JudgeRest("--stat --oneline"), "operand.value-dash");
  EXPECT_EQ(JudgeRest("--stat '-x'"), "operand.value-dash");
  EXPECT_EQ(JudgeRest("--stat"), "operand.option-value");
  EXPECT_EQ(JudgeRest("-n 2"), "schema.pattern");
  EXPECT_EQ(JudgeRest("-Sy"), "schema.pattern");
}

TEST(DeclaredCommand, OperandsAreJudgedAndCounted) {
  EXPECT_EQ(JudgeRest("/w/a /w/b"), "");
  EXPECT_EQ(JudgeRest("/w/a '/w/b c'"), "");
  EXPECT_EQ(JudgeRest("/etc/passwd"), "schema.pattern");
  EXPECT_EQ(JudgeRest("/w/a /w/b /w/c"), "operand.operands");

  CommandRule rule = GitLog();
  rule.min_operands = 1;
  EXPECT_EQ(JudgeText(Kind(rule), "git --no-pager log"), "operand.operands");
  rule.min_operands = 0;
  rule.operand = nullptr;
  rule.max_operands = 0;
  EXPECT_EQ(JudgeText(Kind(rule), "git --no-pager log /w/a"), "operand.operands");
  rule.operands_by_place = {Beginning("a"), Beginning("b")};
  rule.max_operands = 2;
  EXPECT_EQ(JudgeText(Kind(rule), "git --no-pager log a1 --oneline b1"), "");
  EXPECT_EQ(JudgeText(Kind(rule), "git --no-pager log b1 a1"), "schema.pattern");
  EXPECT_EQ(JudgeText(Kind(rule), "git --no-pager log a b a"), "operand.operands");
}

TEST(DeclaredCommand, NoOptionFollowsDashes) {
  EXPECT_EQ(JudgeRest("-- /w/a"), "");
  EXPECT_EQ(JudgeRest("-- --oneline"), "operand.dashes");
  EXPECT_EQ(JudgeRest("-- -"), "operand.dashes");
  EXPECT_EQ(JudgeRest("-- --"), "operand.dashes");
  CommandRule rule = GitLog();
  std::erase_if(rule.options, [](const auto& option) { return option.name == "--"; });
  EXPECT_EQ(JudgeText(Kind(rule), "git --no-pager log -- /w/a"), "operand.option");
}

TEST(DeclaredCommand, OneEntryAcceptsAlone) {
  CommandKind kind = Kind(GitLog());
  CommandRule status;
  status.words = {"git"};
  status.then = {"status"};
  status.options = {{Shape::kFlag, "-s", nullptr}};
  kind.allow.push_back(status);
  EXPECT_EQ(JudgeText(kind, "git status -s"), "");
  EXPECT_EQ(JudgeText(kind, "git status --oneline"), "operand.option");
  EXPECT_EQ(JudgeText(kind, "git --no-pager log -s"), "operand.option");
  EXPECT_EQ(JudgeText(kind, "git --no-pager log /etc"), "schema.pattern");  // the furthest
  EXPECT_EQ(JudgeText(CommandKind{}, "git"), "operand.words");
}

TEST(DeclaredCommand, TheFormSaysHowACommandIsWritten) {
  CommandKind kind = Kind(GitLog());
  const std::string list = R"(["git", "--no-pager", "log"])";
  const std::string text = R"("git --no-pager log")";
  EXPECT_EQ(Judge(kind, list), "");
  kind.form = CommandKind::Form::kText;
  EXPECT_EQ(Judge(kind, text), "");
  EXPECT_EQ(Judge(kind, list), "operand.form");
  kind.form = CommandKind::Form::kList;
  EXPECT_EQ(Judge(kind, text), "operand.form");
  EXPECT_EQ(Judge(kind, list), "");
  EXPECT_EQ(Judge(kind, "[]"), "command.empty");
  for (const char* bad : {"[1]", R"(["git", null])"}) {
    EXPECT_EQ(Judge(kind, bad), "command.value") << bad;
  }
  EXPECT_EQ(Judge(kind, "1"), "operand.form");
}

TEST(DeclaredCommand, TheRulesForTextHold) {
  EXPECT_EQ(JudgeRest("/w/a; rm"), "command.metacharacter");
  EXPECT_EQ(JudgeRest("~/a"), "command.tilde");
  EXPECT_EQ(JudgeRest("/w/a\n"), "command.control");
  EXPECT_EQ(JudgeRest("\"/w/$x\""), "command.double-quote");
  CommandKind kind = Kind(GitLog());
  const std::string spaced = R"(["git", "--no-pager", "log", "/w/a b"])";
  EXPECT_EQ(Judge(kind, spaced), "command.list-word");
  kind.exec = Exec::kArgv;
  EXPECT_EQ(Judge(kind, spaced), "");
  EXPECT_EQ(Judge(kind, R"(["git", "--no-pager", "log", "'/w/a'"])"), "schema.pattern");
}

TEST(DeclaredCommand, ASiblingContinuesIt) {
  const CommandKind kind = Kind(GitLog());
  EXPECT_EQ(Judge(kind, R"("git")", R"(["--no-pager", "log", "/w/a"])"), "");
  EXPECT_EQ(Judge(kind, R"(["git"])", R"("--no-pager log /w/a")"), "");
  EXPECT_EQ(Judge(kind, R"("git --no-pager log")", "[]"), "");
  EXPECT_EQ(Judge(kind, R"("git --no-pager log")", R"(["-p"])"), "operand.option");
  EXPECT_EQ(Judge(kind, R"("git --no-pager log --stat")", R"(["-p"])"), "operand.value-dash");
  EXPECT_EQ(Judge(kind, R"("git --no-pager log")", "{}"), "command.args-form");
  EXPECT_EQ(Judge(kind, R"("git --no-pager log")", "null"), "command.args-form");
  CommandKind text = kind;
  text.form = CommandKind::Form::kText;
  EXPECT_EQ(Judge(text, R"("git")", R"(["--no-pager", "log"])"), "operand.form");
}

TEST(DeclaredCommand, DenyEntriesSeeWhatHasASchema) {
  const auto seen = [](const std::string& rest) {
    std::string text;
    json::AppendString("git --no-pager log " + rest, text);
    const auto command = json::Parse(text);
    base::TextArena arena;
    WordBuffer words;
    EXPECT_EQ(TakeDeclaredWords(Exec::kShell, command->root(), std::nullopt, arena, words), "");
    std::string all;
    ForEachDeclaredWord(Kind(GitLog()), words, [&](const Schema&, std::string_view value) {
      all.append(value).append(";");
    });
    return all;
  };
  EXPECT_EQ(seen("/etc/a --since=x -n 5 --stat 80 -Sq /w/b"), "/etc/a;5;q;/w/b;");
  EXPECT_EQ(seen("/etc/a -p"), "");
  EXPECT_EQ(seen("/etc/a /etc/b /etc/c"), "");
}

TEST(DeclaredCommand, AnOrdinaryCommandNeedsNoHeap) {
  const CommandKind kind = Kind(GitLog());
  const auto command = json::Parse(R"("git --no-pager log --since='2 weeks' -n 10 -- /w/a")");
  const long before = test::Allocations();
  const std::string_view rule = JudgeDeclaredCommand(kind, command->root(), std::nullopt, kJudge);
  EXPECT_EQ(test::Allocations(), before);
  EXPECT_EQ(rule, "");
}

}  // namespace
}  // namespace callgate::policy
