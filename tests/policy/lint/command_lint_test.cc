#include "core/policy/lint/command_lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/policy/lint/program_facts.h"
#include "tests/policy/compiled.h"

namespace callgate::policy {
namespace {

using testing::HasSubstr;

CommandReach Reach(const std::string& rule) {
  const auto context = test::CompileOne(
      "{name: c, capabilities: [{tool_pattern: t, arguments: {c: {command: {allow: [" + rule +
      "]}}}}]}");
  const auto& schema = context->capabilities[0].arguments->members[0].schema;
  return ReachOf(AllowedCommand::OfRule(std::get<CommandKind>(schema->kind).allow[0]));
}
bool Runs(const std::string& rule) { return !Reach(rule).runs.empty(); }

CommandReach ShortReach(const std::string& entry, const std::string& constraints = "") {
  const auto context = test::CompileOne("{name: c, capabilities: [{tool_pattern: t, " +
                                        constraints + "command_allowlist: [" + entry + "]}]}");
  const Capability& capability = context->capabilities[0];
  return ReachOf(AllowedCommand::OfEntry(capability.command_allowlist->at(0), capability));
}
bool ShortRuns(const std::string& entry, const std::string& constraints = "") {
  return !ShortReach(entry, constraints).runs.empty();
}

std::string FilesOf(const std::string& rule) {
  std::string all;
  for (const CommandReach::Files& files : Reach(rule).files) {
    all += files.program + " " + std::string(files.file) + "; ";
  }
  return all;
}

constexpr const char* kText = "{type: string, pattern: '[a-z=]+'}";

TEST(ProgramFacts, NamesAreComparedWithoutCaseVersionAndDirectory) {
  for (const char* program : {"python", "Python", "/usr/bin/python3", "python3.11", "ruby-3.2",
                              "Rscript", "ZSH", "pwsh.exe", "npm.cmd", "pip3"}) {
    EXPECT_NE(FindProgram(program), nullptr) << program;
  }
  for (const char* program : {"pythonx", "python3x", "cat", "3", "-", "findmnt", "gitk", "ls"}) {
    EXPECT_EQ(FindProgram(program), nullptr) << program;
  }
}

TEST(ProgramFacts, OptionsAreFoundByBeginningsAndAmongFlags) {
  EXPECT_TRUE(IsOption("--compress-program", "--compress-program"));
  EXPECT_TRUE(IsOption("--compress-program=", "--compress-program"));
  EXPECT_TRUE(IsOption("--comp", "--compress-program"));
  EXPECT_TRUE(IsOption("-xI", "-I"));
  EXPECT_TRUE(IsOption("-exec", "-exec"));
  EXPECT_FALSE(IsOption("--", "--pre"));
  EXPECT_FALSE(IsOption("--pretty", "--pre"));
  EXPECT_FALSE(IsOption("-maxdepth", "-x"));
  EXPECT_FALSE(IsOption("--cached", "-c"));
}

TEST(CommandLint, InterpretersRunWhatTheCallNames) {
  for (const char* program : {"bash", "zsh", "fish", "python3", "Rscript", "node", "awk", "eval"}) {
    EXPECT_TRUE(Runs(std::string("{words: [") + program + "]}")) << program;
    EXPECT_TRUE(ShortRuns(program)) << program;
  }
  EXPECT_TRUE(Runs("{words: [bash], operands: {path: {allow: [/w]}}}"));
  EXPECT_TRUE(Runs("{words: [python], then: [-c, -m], operands: {enum: [a]}}"));
  EXPECT_FALSE(Runs("{words: [cat], operands: {path: {allow: [/w]}}}"));
}

TEST(CommandLint, InterpretersWithAFixedFileRunThatFile) {
  EXPECT_FALSE(Runs("{words: [python, tools/check.py], options: [-v]}"));
  EXPECT_EQ(FilesOf("{words: [python, tools/check.py]}"), "python tools/check.py ; ");
  EXPECT_FALSE(Runs("{words: [bash], operands: {enum: [a.sh, b.sh]}, minOperands: 1}"));
  EXPECT_TRUE(Runs("{words: [bash], operands: {enum: [a.sh]}}")) << "none: it reads its input";
  EXPECT_EQ(FilesOf("{words: [python, -m, pytest], options: [-q]}"), "pytest ; ");
  EXPECT_TRUE(Runs("{words: [python, -m, pytest], options: [-p VALUE]}"));
}

TEST(CommandLint, InterpretersAreNotSettledByOptionsAndSwitches) {
  const std::string path = "operands: {path: {allow: [/w]}}";
  for (const char* words : {"cmd, /c", "deno, run", "deno, eval", "bun, run", "python, -W, ignore",
                            "python, -m, timeit", "py", "cmd, /c, dir"}) {
    EXPECT_TRUE(Runs("{words: [" + std::string(words) + "], " + path + "}")) << words;
  }
  EXPECT_TRUE(ShortRuns("cmd /c"));
  EXPECT_FALSE(Runs("{words: [cmd, /c, dir]}"));
  EXPECT_FALSE(Runs("{words: [deno, run, --quiet, x.ts], " + path + "}"));
  EXPECT_FALSE(Runs("{words: [python, -W, ignore, x.py], " + path + "}"));
  EXPECT_FALSE(Runs("{words: [python, --version]}"));
  EXPECT_TRUE(Runs("{words: [python, --version], " + path + "}"));
}

TEST(CommandLint, TheValueOfAnOptionAmongTheWordsIsFound) {
  const std::string path = "operands: {path: {allow: [/w]}}";
  for (const char* words : {"find, /w, -exec", "gfind, /w, -exec", "make, --eval", "make, -f",
                            "tar, -I", "gtar, -xI", "rsync, -e", "rg, --pre", "curl, -K",
                            "pytest, -p", "go, test, -exec", "cmake, -P", "npm, run, -C"}) {
    EXPECT_TRUE(Runs("{words: [" + std::string(words) + "], " + path + "}")) << words;
    EXPECT_FALSE(Runs("{words: [" + std::string(words) + "], operands: {enum: [a]}}")) << words;
  }
  EXPECT_FALSE(Runs("{words: [make, -f, build.mk], operands: {enum: [all]}}"));
  EXPECT_FALSE(Runs("{words: [tar, -xf], " + path + "}"));
  EXPECT_FALSE(Runs("{words: [find, /w, -name], " + path + "}"));
}

TEST(CommandLint, ListedValuesOfOptionsAreNotOpen) {
  const std::string psql = "{words: [psql], options: ['-c VALUE': ";
  EXPECT_FALSE(Runs(psql + "{enum: [select 1, select 2]}, -q]}"));
  EXPECT_TRUE(Runs(psql + "{enum: [select 1]}, '-f VALUE': {path: {allow: [/w]}}]}"));
  EXPECT_TRUE(Runs(psql + "{enum: [select 1]}], operands: " + kText + "}"));
  const std::string python = "{words: [python], options: ['-m VALUE': ";
  EXPECT_FALSE(Runs(python + "{enum: [pytest, json.tool]}]}"));
  EXPECT_EQ(FilesOf(python + "{enum: [pytest]}]}"), "python ; ");
  EXPECT_TRUE(Runs(python + "{enum: [pytest]}], operands: {path: {allow: [/w]}}}"));
  EXPECT_TRUE(Runs(python + kText + "]}"));
  EXPECT_TRUE(Runs("{words: [python], options: ['-W VALUE': {enum: [ignore]}]}"))
      << "no code: it reads its input";
}

TEST(CommandLint, ListedModulesAreJudgedEach) {
  EXPECT_FALSE(Runs("{words: [python, -m], then: [pytest, json.tool]}"));
  EXPECT_FALSE(Runs("{words: [python, -m], operands: {enum: [pytest]}, minOperands: 1}"));
  EXPECT_EQ(FilesOf("{words: [python, -m], then: [pytest]}"), "pytest ; ");
  EXPECT_TRUE(
      Runs("{words: [python, -m], then: [pytest, timeit], operands: " + std::string(kText) + "}"));
}

TEST(CommandLint, ProgramsBehindOptionsAreJudged) {
  const std::string text = "operands: " + std::string(kText);
  for (const char* words : {"find, /w, -exec, sh, -c", "find, /w, -execdir, env, python3",
                            "find, /w, -type, f, -ok, xargs", "fd, ., /w, -x, bash, -c"}) {
    EXPECT_TRUE(Runs("{words: [" + std::string(words) + "], " + text + "}")) << words;
  }
  for (const char* words : {"find, /w, -exec, wc, -l", "fd, ., /w, --exec, wc",
                            "find, /w, -exec, python, tools/check.py", "find, /w, -name, sh"}) {
    EXPECT_FALSE(Runs("{words: [" + std::string(words) + "], " + text + "}")) << words;
  }
  EXPECT_TRUE(Runs("{words: [find, /w, -exec], then: [wc, sh], " + text + "}"));
  EXPECT_FALSE(Runs("{words: [find, /w, -exec], then: [wc, cat], " + text + "}"));
  EXPECT_TRUE(Runs("{words: [find], options: ['-exec VALUE': {enum: [wc, sh]}], " + text + "}"));
  EXPECT_FALSE(Runs("{words: [find], options: ['-exec VALUE': {enum: [wc]}], " + text + "}"));
  EXPECT_FALSE(Runs("{words: [find], options: ['-exec VALUE': {enum: [find, gfind, fd]}]}"));
  EXPECT_EQ(FilesOf("{words: [find, /w, -exec, sh, x.sh], " + text + "}"), "sh x.sh ; ");
}

TEST(CommandLint, WrappersAreJudgedByWhatTheyStart) {
  EXPECT_FALSE(Runs("{words: [env]}")) << "it prints the environment";
  EXPECT_TRUE(Runs("{words: [xargs]}"));
  EXPECT_TRUE(ShortRuns("env"));
  EXPECT_TRUE(Runs("{words: [xargs], operands: " + std::string(kText) + "}"));
  EXPECT_TRUE(Runs("{words: [sudo, -u, root, ls]}"));
  EXPECT_TRUE(Runs("{words: [env, bash]}"));
  EXPECT_FALSE(Runs("{words: [env, ls]}"));
  EXPECT_FALSE(Runs("{words: [timeout, '10', ls]}"));
  EXPECT_EQ(FilesOf("{words: [nice, make]}"), "make ; ");
}

TEST(CommandLint, RunnersNeedEveryWordWrittenDown) {
  EXPECT_TRUE(Runs("{words: [psql], options: [-c VALUE]}"));
  EXPECT_TRUE(Runs("{words: [sqlite3], operands: {path: {allow: [/w]}}}"));
  EXPECT_TRUE(Runs("{words: [vim]}"));
  EXPECT_FALSE(Runs("{words: [psql, -l]}"));
  EXPECT_FALSE(Runs("{words: [crontab], options: [-l], operands: {enum: [a]}, minOperands: 1}"));
}

TEST(CommandLint, OptionsThatNameProgramsAreFound) {
  const std::string path = "operands: {path: {allow: [/w]}}";
  EXPECT_FALSE(Runs("{words: [sort], options: [-r, -n], " + path + "}"));
  EXPECT_TRUE(Runs("{words: [sort], options: [--compress-program=VALUE], " + path + "}"));
  EXPECT_FALSE(Runs("{words: [sort], options: ['--compress-program=VALUE': {enum: [gzip]}]}"));
  EXPECT_TRUE(Runs("{words: [rg], options: [--pre VALUE], " + path + "}"));
  EXPECT_FALSE(Runs("{words: [rg], options: [-n, --pretty], " + path + "}"));
  EXPECT_TRUE(Runs("{words: [find], options: [-exec VALUE], " + path + "}"));
  EXPECT_FALSE(Runs("{words: [find], options: [-name VALUE], " + path + "}"));
  EXPECT_TRUE(Runs("{words: [tar], options: [--to-command=VALUE]}"));
  EXPECT_TRUE(Runs("{words: [printf], options: [-v VALUE]}"));
  EXPECT_FALSE(Runs("{words: [printf], operands: " + std::string(kText) + "}"));
  EXPECT_TRUE(Runs("{words: [sed, -n, 5p], options: [-e VALUE]}"));
  for (const char* entry : {"sort", "rg", "find", "tar", "printf"}) {
    EXPECT_TRUE(ShortRuns(entry)) << entry << ": any option may follow";
  }
}

TEST(CommandLint, SubcommandsThatRunNothingAreKnown) {
  EXPECT_FALSE(Runs("{words: [git], then: [status, log, diff], options: [--oneline, -n VALUE]}"));
  EXPECT_FALSE(Runs("{words: [git, --no-pager], then: [status, log]}"));
  EXPECT_FALSE(Runs("{words: [git, status]}"));
  EXPECT_TRUE(Runs("{words: [git]}"));
  EXPECT_TRUE(Runs("{words: [git], operands: " + std::string(kText) + "}"));
  EXPECT_TRUE(Runs("{words: [git], then: [status, bisect]}"));
  EXPECT_TRUE(Runs("{words: [git], then: [log], options: [--ext-diff]}"));
  EXPECT_TRUE(Runs("{words: [git], then: [diff], options: [--output=VALUE]}"));
  EXPECT_TRUE(Runs("{words: [git], options: [-c VALUE], operands: {enum: [log]}, minOperands: 1}"));
  EXPECT_FALSE(Runs("{words: [git], then: [log], options: [-c]}")) << "a format of diffs";
  EXPECT_TRUE(Runs("{words: [git], then: [grep], options: [-O]}"));
  EXPECT_FALSE(Runs("{words: [docker], then: [ps, logs], operands: " + std::string(kText) + "}"));
  EXPECT_TRUE(Runs("{words: [docker], then: [run]}"));
  EXPECT_TRUE(ShortRuns("git"));
  EXPECT_TRUE(ShortRuns("git", "subcommand_allowlist: [bisect], "));
}

TEST(CommandLint, SubcommandsAreFoundBehindOptionsWithValues) {
  for (const char* words : {"git, -C, /w, diff", "git, --git-dir, /w/.git, --work-tree, /w, log",
                            "git, --git-dir=/w/.git, status", "git, -c, color.ui=never, show",
                            "git, --no-pager, -C, /w, log"}) {
    EXPECT_FALSE(Runs("{words: [" + std::string(words) + "]}")) << words;
  }
  EXPECT_FALSE(Runs("{words: [git, -C, /w], then: [diff, log]}"));
  EXPECT_TRUE(Runs("{words: [git, -C, /w], then: [diff, bisect]}"));
  EXPECT_TRUE(Runs("{words: [git, -C, log, bisect]}"));
  EXPECT_EQ(FilesOf("{words: [git, -C, /w, commit]}"), "git commit .git/hooks/pre-commit; ");
  EXPECT_TRUE(Runs("{words: [git, -C], then: [log], operands: " + std::string(kText) + "}"))
      << "log is a directory";
  EXPECT_TRUE(Runs("{words: [git, -C], operands: {enum: [log]}, minOperands: 2}"));
}

TEST(CommandLint, ProjectCommandsRunFilesAndNothingElse) {
  EXPECT_FALSE(Runs("{words: [npm, test]}"));
  EXPECT_EQ(FilesOf("{words: [npm, test]}"), "npm test ; ");
  EXPECT_TRUE(Runs("{words: [npm, exec]}"));
  EXPECT_TRUE(ShortRuns("npm test")) << "options may follow";
  EXPECT_EQ(FilesOf("{words: [make], operands: {type: string, pattern: '[a-z]+'}}"), "make ; ");
  EXPECT_FALSE(Runs("{words: [make], operands: {type: string, pattern: '[a-z]+'}}"));
  EXPECT_TRUE(Runs("{words: [make], operands: {type: string, pattern: '[A-Za-z=]+'}}"))
      << "SHELL=a";
  EXPECT_EQ(FilesOf("{words: [git, commit]}"), "git commit .git/hooks/pre-commit; ");
}

TEST(CommandLint, EachSaysWhatToWrite) {
  EXPECT_THAT(Reach("{words: [bash]}").runs, HasSubstr("write the file into words"));
  EXPECT_THAT(Reach("{words: [xargs]}").runs, HasSubstr("write that program into words"));
  EXPECT_THAT(Reach("{words: [git]}").runs, HasSubstr("list in then"));
  EXPECT_THAT(Reach("{words: [rg], options: [--pre VALUE]}").runs, HasSubstr("enum"));
  EXPECT_THAT(ShortReach("sort").runs, HasSubstr("declare the command"));
}

TEST(CommandLint, OperandsThatListSubcommandsHaveToBeThere) {
  const std::string directory = "words: [git], options: [{'-C VALUE': {enum: [/w, /s]}}], ";
  const std::string listed = "{" + directory + "operands: {enum: [status, log]}";
  EXPECT_THAT(Reach(listed + "}").runs, HasSubstr("write minOperands: 1 next to the operands"));
  EXPECT_EQ(Reach(listed + ", minOperands: 1}").runs, "");
  EXPECT_THAT(Reach("{" + directory + "operands: " + kText + "}").runs,
              HasSubstr("list in then what is meant"));
}

}  // namespace
}  // namespace callgate::policy
