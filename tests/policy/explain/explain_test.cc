#include "core/policy/explain/explain.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "callgate/policy.h"

namespace callgate {
namespace {

constexpr std::string_view kDeclared = R"(name: c
capabilities:
  - tool_pattern: fs.write
    arguments:
      path: {path: {allow: [/workspace], except: ["**/.git", "**/*.pem"]}}
      content: {type: string, maxLength: 3}
      mode: {enum: [append, replace], optional: true}
      count: {type: integer, minimum: 1, maximum: 9, optional: true}
      name: {type: string, pattern: "[a-z]+", optional: true}
      edits: {type: array, maxItems: 2, optional: true, items: {type: object, properties: {old: {type: string}}}}
  - tool_pattern: web.get
    arguments: {url: {url: {allow: [a.example, "*.b.example"]}}}
  - tool_pattern: sh.run
    arguments:
      command:
        command:
          allow:
            - {words: [git], then: [log, status], options: [--oneline, "-n VALUE"]}
            - {words: [npm, test]}
deny_list: [{tool_pattern: "fs.*", path: /workspace/secret}]
)";

std::string Cause(std::string_view tool, std::string_view arguments,
                  std::string_view policy = kDeclared) {
  return PolicySet::Parse(policy)->Explain("c", tool, arguments).cause;
}
std::string OfWrite(const std::string& members) {
  return Cause("fs.write", R"({"path":"/workspace/a","content":"",)" + members + "}");
}

TEST(Explain, NamesTheArgumentAndTheCharacterThatOffends) {
  EXPECT_EQ(Cause("fs.write", R"({"path":"/workspace/ä/../b","content":""})"),
            "/path \"/workspace/ä/../b\": the path has a .. segment at character 14 (..)");
  EXPECT_EQ(Cause("fs.write", R"({"path":"/workspace/a*","content":""})"),
            "/path \"/workspace/a*\": the path holds a character that tools expand at character 13 "
            "(*)");
  EXPECT_EQ(Cause("web.get", R"({"url":"https://u:p@a.example/"})"),
            "/url \"https://u:p@a.example/\": the URL holds user-info before its host at character "
            "12 (@)");
}

TEST(Explain, SaysWhatWouldBeAllowedThere) {
  EXPECT_EQ(Cause("fs.write", R"({"path":"/etc/passwd","content":""})"),
            "/path \"/etc/passwd\": no entry allows the path; allowed is /workspace");
  EXPECT_EQ(Cause("web.get", R"({"url":"https://c.example/"})"),
            "/url \"https://c.example/\": no entry allows the URL; allowed are a.example, "
            "*.b.example");
  EXPECT_EQ(Cause("fs.write", R"({"path":"/workspace/a/.GIT/x","content":""})"),
            "/path \"/workspace/a/.GIT/x\": an entry of except covers the value: **/.git");
  EXPECT_EQ(OfWrite(R"("count":0)"),
            "/count 0: the number is out of bounds; expected at least 1 and at most 9");
  EXPECT_EQ(OfWrite(R"("count":"1")"),
            "/count \"1\": the value is of another type; accepted is integer");
  EXPECT_EQ(OfWrite(R"("name":"A")"), "/name \"A\": the text does not match the pattern: [a-z]+");
  EXPECT_EQ(OfWrite(R"("edits":[{"old":""},{"old":""},{"old":""}])"),
            "/edits: the list has another number of elements than is accepted; expected at most 2");
}

TEST(Explain, AsksWhichNameWasMeant) {
  EXPECT_EQ(Cause("fs.write", R"({"paht":"/workspace/a","content":""})"),
            "/paht \"/workspace/a\": the argument is not declared; did you mean path?");
  EXPECT_EQ(OfWrite(R"("edits":[{"odl":""}])"),
            "/edits/0/odl \"\": the argument is not declared; did you mean old?");
  EXPECT_EQ(OfWrite(R"("mode":"apend")"),
            "/mode \"apend\": the value is none of those that are accepted; did you mean append?");
  EXPECT_EQ(Cause("fs.wirte", "{}"),
            "no capability is on the tool fs.wirte; did you mean fs.write?");
  EXPECT_EQ(PolicySet::Parse(kDeclared)->Explain("d", "fs.write", "{}").cause,
            "there is no context d");
}

TEST(Explain, NamesTheArgumentThatIsMissing) {
  EXPECT_EQ(Cause("fs.write", R"({"path":"/workspace/a"})"),
            "an argument that must be there is missing: content");
  EXPECT_EQ(OfWrite(R"("edits":[{}])"), "/edits/0: an argument that must be there is missing: old");
}

constexpr std::string_view kCommands = R"(name: c
capabilities:
  - tool_pattern: sh
    arguments:
      command:
        command:
          form: text
          allow:
            - words: [git, log]
              options: [--oneline, "-n VALUE": {type: string, pattern: "[0-9]+"}, "--since=VALUE"]
              operands: {type: string, pattern: "[a-z]+"}
              maxOperands: 1
            - {words: [git, diff], options: [--stat]}
            - words: [git, diff, HEAD, --]
              operands: {path: {allow: ["/w/**/*.py"]}}
              minOperands: 1
      cwd: {const: /w, optional: true}
)";

// Behind the argument and its value.
std::string CommandCause(const std::string& command) {
  const std::string cause = Cause("sh", R"({"command":")" + command + R"("})", kCommands);
  const std::string begin = "/command \"" + command + "\": ";
  return cause.starts_with(begin) ? cause.substr(begin.size()) : cause;
}

TEST(Explain, NamesTheWordOfACommandThatIsRefused) {
  EXPECT_EQ(CommandCause("gti log"), "no entry begins with the word gti; did you mean git?");
  EXPECT_EQ(CommandCause("git lgo"), "the word lgo is not listed behind git; did you mean log?");
  EXPECT_EQ(CommandCause("git"), "a word is missing behind git; allowed are log, diff");
  EXPECT_EQ(CommandCause("git log --onelin"),
            "the option --onelin is not listed behind git log; did you mean --oneline?");
  EXPECT_EQ(CommandCause("git log -5"), "the option -5 is not listed behind git log; write -n 5");
  EXPECT_EQ(CommandCause("git diff -5"),
            "the option -5 is not listed behind git diff; an option cannot be a number alone: "
            "declare \"-n VALUE\" and write -n 5");
  EXPECT_EQ(CommandCause("git log -n x"),
            "the value x of the option -n behind git log: the text does not match the pattern: "
            "[0-9]+");
  EXPECT_EQ(CommandCause("git log -n"), "the option -n behind git log lacks its value");
  EXPECT_EQ(CommandCause("git log A"),
            "the operand A behind git log: the text does not match the pattern: [a-z]+");
  EXPECT_EQ(CommandCause("git log a b"),
            "the operand b is one too many behind git log: maxOperands is 1");
  EXPECT_EQ(CommandCause("git diff a"), "the operand a is not allowed: none is behind git diff");
  EXPECT_EQ(CommandCause("git diff HEAD --"),
            "too few operands behind git diff HEAD --: minOperands is 1");
  EXPECT_EQ(CommandCause("git diff HEAD -- /w/a.txt"),
            "the operand /w/a.txt behind git diff HEAD --: no entry allows the path; allowed is "
            "/w/**/*.py");
  EXPECT_EQ(CommandCause("git diff -- /w/a.py"),
            "-- is not listed behind git diff; allowed is git diff HEAD --");
  EXPECT_EQ(Cause("sh", R"({"command":["git","log"]})", kCommands),
            "/command: the command is a list, and its form is text: write one text");
}

TEST(Explain, PrefersTheArgumentThatIsMissing) {
  EXPECT_EQ(Cause("sh", R"({"cmd":"git log"})", kCommands),
            "/cmd \"git log\": the argument is not declared; did you mean command?");
  EXPECT_EQ(Cause("sh", R"({"command":"git log","cwdd":"/w"})", kCommands),
            "/cwdd \"/w\": the argument is not declared; did you mean cwd?");
}

TEST(Explain, SaysWhichSchemesAreAllowed) {
  EXPECT_EQ(Cause("web.get", R"({"url":"http://a.example/"})"),
            "/url \"http://a.example/\": the scheme http is not listed; allowed is https");
}

TEST(Explain, SaysWhatMayStandInACommand) {
  EXPECT_EQ(
      Cause("sh.run", R"({"command":"git push"})"),
      "/command \"git push\": the word push is not listed behind git; allowed are log, status");
  EXPECT_EQ(Cause("sh.run", R"({"command":"git log --all"})"),
            "/command \"git log --all\": the option --all is not listed behind git log|status; "
            "allowed are --oneline, -n VALUE");
  EXPECT_EQ(Cause("sh.run", R"({"command":"git log; id"})"),
            "/command \"git log; id\": the command holds a character that a shell acts on at "
            "character 8 (;)");
}

TEST(Explain, NamesTheDenyEntryThatFires) {
  EXPECT_EQ(
      Cause("fs.write", R"({"path":"/workspace/secret/x","content":""})"),
      "/path \"/workspace/secret/x\": an entry of the deny list covers the path: deny entry 0 "
      "(fs.*: /workspace/secret)");
}

TEST(Explain, TheShortFormIsExplainedToo) {
  constexpr std::string_view kShort = R"(name: c
capabilities:
  - tool_pattern: fs.read
    path_allowlist: [/a, /b]
    only_arguments: [path]
    argument_patterns: {path: "/[ab]"}
  - {tool_pattern: sh, command_allowlist: [git], subcommand_allowlist: [status, diff]}
)";
  EXPECT_EQ(Cause("fs.read", R"({"path":"/c"})", kShort),
            "/path \"/c\": no entry of the path allowlist allows the path; allowed are /a, /b");
  EXPECT_EQ(Cause("fs.read", R"({"pat":"/a"})", kShort),
            "/pat \"/a\": only_arguments does not list the argument; did you mean path?");
  EXPECT_EQ(Cause("fs.read", R"({"path":"/a/x"})", kShort),
            "/path \"/a/x\": the argument does not match its pattern: /[ab]");
  EXPECT_EQ(Cause("sh", R"({"command":"git stauts"})", kShort),
            "/command \"git stauts\": the subcommand is not listed; did you mean status?");
}

TEST(Explain, EveryCapabilityThatWasTriedHasItsCause) {
  constexpr std::string_view kTwo = R"(name: c
capabilities:
  - {tool_pattern: fs.read, path_allowlist: [/a]}
  - {tool_pattern: "fs.*", only_arguments: [file]}
)";
  const Explanation explained = PolicySet::Parse(kTwo)->Explain("c", "fs.read", R"({"path":"/b"})");
  ASSERT_EQ(explained.tried.size(), explained.decision.details().size());
  EXPECT_EQ(explained.tried[0],
            "/path \"/b\": no entry of the path allowlist allows the path; allowed is /a");
  EXPECT_EQ(explained.tried[1],
            "/path \"/b\": only_arguments does not list the argument; listed is file");
  EXPECT_EQ(explained.cause, explained.tried[0]);
}

TEST(Explain, LongListsAndTextsAreCut) {
  std::string policy = "name: c\ncapabilities:\n  - {tool_pattern: t, path_allowlist: [";
  for (int i = 0; i < 20; ++i) policy += "/" + std::to_string(i) + ",";
  policy += "/z]}\n";
  const std::string cause = Cause("t", R"({"path":"/)" + std::string(500, 'x') + "\"}", policy);
  EXPECT_TRUE(cause.ends_with("allowed are /0, /1, /2, /3, /4, /5, /6, /7 and 13 more")) << cause;
  EXPECT_LT(cause.size(), 250u);
}

TEST(Explain, AllowedCallsAndWrongArgumentsKeepTheirReason) {
  EXPECT_EQ(Cause("fs.write", R"({"path":"/workspace/a","content":""})"),
            "allowed by capability 0 (fs.write)");
  EXPECT_EQ(Cause("fs.write", "[]").substr(0, 13), "the arguments");
}

}  // namespace
}  // namespace callgate
