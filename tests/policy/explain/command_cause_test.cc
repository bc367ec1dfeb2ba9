#include "core/policy/explain/command_cause.h"

#include <gtest/gtest.h>

#include <string>

#include "callgate/policy.h"

namespace callgate {
namespace {

constexpr std::string_view kPolicy = R"(name: c
capabilities:
  - tool_pattern: run
    arguments:
      command:
        command:
          args: more
          allow:
            - {words: [git], then: [status, log, diff], options: [--oneline, {"-n VALUE": {type: string, pattern: "[0-9]+"}}, {"--since=VALUE": {type: string, pattern: "[0-9]+"}}]}
            - {words: [npm, test]}
            - {words: [pytest], options: [-q, --], operands: {path: {allow: [/w], base: /w}}, minOperands: 1, maxOperands: 2}
  - tool_pattern: text
    arguments: {command: {command: {form: text, allow: [{words: [ls]}]}}}
)";

std::string OfTool(std::string_view tool, const std::string& command) {
  const std::string arguments = R"({"command":)" + command + "}";
  std::string cause = PolicySet::Parse(kPolicy)->Explain("c", tool, arguments).cause;
  EXPECT_EQ(cause.find(" or "), std::string::npos) << cause;
  const std::size_t place = cause.find(": ");
  return cause.substr(place == std::string::npos ? 0 : place + 2);
}
std::string Of(const std::string& text) { return OfTool("run", '"' + text + '"'); }

TEST(CommandCause, NamesTheWordsOfTheNearestEntry) {
  EXPECT_EQ(Of("npm tset"), "the word tset is not listed behind npm; did you mean test?");
  EXPECT_EQ(Of("npm"), "a word is missing behind npm; allowed is test");
}

TEST(CommandCause, TellsAnOptionThatIsNotListedFromAWordBehindDashes) {
  EXPECT_EQ(Of("git log -p"),
            "the option -p is not listed behind git status|log|diff; allowed are "
            "--oneline, -n VALUE, --since=VALUE");
  EXPECT_EQ(Of("git log -- x"), "-- is not listed behind git status|log|diff");
  EXPECT_EQ(Of("pytest -- -q"), "the word -q behind -- begins with -");
}

TEST(CommandCause, TellsAValueThatIsMissingFromOneThatBeginsWithADash) {
  EXPECT_EQ(Of("git log -n"), "the option -n behind git status|log|diff lacks its value");
  EXPECT_EQ(Of("git log -n -5"),
            "the value -5 of the option -n behind git status|log|diff begins with -");
  EXPECT_EQ(
      Of("git log --since=x"),
      "the value x of the option --since= behind git status|log|diff: the text does not match "
      "the pattern: [0-9]+");
}

TEST(CommandCause, OfAnOperandSaysWhereItOffends) {
  EXPECT_EQ(Of("pytest a/../b"),
            "the operand a/../b behind pytest: the path has a .. segment at character 3 (..)");
  EXPECT_EQ(Of("pytest a b c"), "the operand c is one too many behind pytest: maxOperands is 2");
  EXPECT_EQ(Of("pytest a b"), "allowed by capability 0 (run)");
}

TEST(CommandCause, NamesTheElementAndTheCharacter) {
  EXPECT_EQ(Of("pytest 'a"), "a quote stands where none may at character 8 (')");
  EXPECT_EQ(OfTool("run", R"(["git", "a b"])"),
            "an element of the command's list is not one word in element 1 of the list at "
            "character 2 ( )");
  EXPECT_EQ(OfTool("run", R"(["git", "a;b"])"),
            "the command holds a character that a shell acts on in element 1 of the list at "
            "character 2 (;)");
  EXPECT_EQ(OfTool("run", "[]"), "the command holds no word");
  EXPECT_EQ(OfTool("run", R"(["git", 1])"),
            "the command is neither text nor a list of texts in element 1 of the list");
}

TEST(CommandCause, OfAnotherFormSaysTheForm) {
  EXPECT_EQ(OfTool("text", R"(["ls"])"),
            "the command is a list, and its form is text: write one text");
  EXPECT_EQ(OfTool("text", R"("ls")"), "allowed by capability 1 (text)");
}

}  // namespace
}  // namespace callgate
