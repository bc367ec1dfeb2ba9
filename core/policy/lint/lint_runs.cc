#include "core/policy/lint/lint_runs.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/policy/lint/git_tools.h"
#include "core/policy/lint/schema_walk.h"
#include "core/policy/lint/tool_words.h"

namespace callgate::policy {
namespace {

// Arguments that say in which directory a program runs, their letters alone.
constexpr auto kDirectories = std::to_array<std::string_view>(
    {"cwd", "dir", "directory", "gitdir", "projectdir", "projectpath", "projectroot", "repo",
     "repodir", "repopath", "repository", "repositorypath", "rootdir", "workdir", "workingdir",
     "workingdirectory", "worktree"});

// What git reads where a directory is a repository without a working tree: git(1), gitglossary(7),
// "bare repository", and safe.bareRepository of git-config(1).
constexpr std::string_view kBareConfig = "/config";

// An argument of the same tool that says where its command runs.
struct Directory {
  std::string_view name;
  const Schema* schema;
  std::optional<std::string> only;  // it is this one always, where it is given
};

std::vector<Directory> DirectoriesOf(const DeclaredArguments& arguments) {
  std::vector<Directory> found;
  ForEachMember(arguments, [&](const DeclaredMember& member) {
    const std::string folded = LettersOf(member.name);
    if (std::ranges::find(kDirectories, folded) == kDirectories.end()) return;
    Directory one{member.name, member.schema.get(), std::nullopt};
    const auto& listed = member.schema->constants;
    if (listed && listed->size() == 1) {
      if (const auto* text = std::get_if<std::string>(&listed->front())) one.only = *text;
    }
    found.push_back(std::move(one));
  });
  return found;
}

// Some directory that the schema accepts, which is none of those that it lists; empty without.
std::vector<std::string> ChosenDirectories(const Schema& schema) {
  std::vector<std::string> found;
  ForEachSchema(schema, [&](const Schema& one) {
    const auto* const path = std::get_if<PathKind>(&one.kind);
    if (path == nullptr) return;
    for (const PathEntry& entry : path->allow) {
      if (!entry.names.empty()) continue;
      for (const std::string& directory : {entry.stem, entry.stem + "/a"}) {
        const bool is_allowed = entry.Matches(directory) &&
                                std::ranges::none_of(path->except, [&](const PathEntry& except) {
                                  return except.MatchesDenied(directory);
                                });
        if (is_allowed) found.push_back(directory);
      }
    }
  });
  return found;
}

}  // namespace

RunLint::RunLint(const Context& context, const WrittenFiles& written)
    : context_(context), written_(written) {}

const WrittenFiles::Writer* RunLint::WriterOf(const std::string& path) const {
  for (const WrittenFiles::Writer& writer : written_.writers()) {
    if (written_.MayWrite(writer, path)) return &writer;
  }
  return nullptr;
}

RunLint::Found RunLint::FindRun(const Capability& capability,
                                const CommandReach::Files& files) const {
  const auto of_any = [&]() -> Found {
    const WrittenFiles::Written& written = written_.FindWriter(files.file);
    return {written.writer, written.path + (files.file.empty() ? " or below" : ""), {}};
  };
  if (!capability.arguments || !files.file.starts_with(".git/")) return of_any();
  bool is_fixed = false;
  for (const Directory& directory : DirectoriesOf(*capability.arguments)) {
    if (directory.only) {
      // git looks for its repository here, then in the directories around.
      is_fixed = true;
      for (std::string at = *directory.only; !at.empty(); at.resize(at.find_last_of('/'))) {
        const std::string path = at + "/" + std::string(files.file);
        if (const auto* const writer = WriterOf(path)) return {writer, path, {}};
        if (at.find('/') == std::string::npos) break;
      }
      continue;
    }
    if (TakesAnyText(*directory.schema) && !written_.writers().empty()) {
      return {&written_.writers().front(), "the configuration of a repository", directory.name};
    }
    for (const std::string& at : ChosenDirectories(*directory.schema)) {
      const std::string path = at + std::string(kBareConfig);
      if (const auto* const writer = WriterOf(path)) return {writer, path, directory.name};
    }
  }
  return is_fixed ? Found() : of_any();
}

void RunLint::WarnOf(const Found& found, const CommandReach::Files& files, const Warn& warn) const {
  const std::string writes = ", and capability " + std::to_string(found.writer->capability) + " (" +
                             *found.writer->tool + ") may write " + found.path;
  const std::string argument(found.directory);
  warn("lint.runs-what-it-writes",
       argument.empty()
           ? files.program + " runs what files say" + writes +
                 "; except what is run from what is written" +
                 (files.file.starts_with(".git/") ? ", as with except: [\"**/.git\"]" : "") +
                 ", or acknowledge it where the tools that run it can do no harm"
           : files.program + " runs what the repository says that " + argument + " names" + writes +
                 "; declare " + argument + " as a const");
}

void RunLint::LintGitTools(const Capability& capability, const Warn& warn) const {
  if (!capability.arguments || DirectoriesOf(*capability.arguments).empty()) return;
  for (const ToolPattern& pattern : capability.tool_pattern.list) {
    if (pattern.kind != ToolPattern::Kind::kExact) continue;
    const auto files = GitFilesOf(pattern.text);
    if (!files) continue;
    const Found found = FindRun(capability, *files);
    if (found.writer != nullptr) return WarnOf(found, *files, warn);
  }
}

void RunLint::LintCapability(std::size_t capability, const Warn& warn) const {
  bool reported = false;
  const auto lint = [&](const std::string& entry, AllowedCommand command) {
    const CommandReach reach = ReachOf(std::move(command));
    if (!reach.runs.empty()) {
      warn("lint.interpreter", "the command entry " + entry + ": " + reach.runs);
    }
    for (const CommandReach::Files& files : reach.files) {
      if (reported) continue;
      const Found found = FindRun(context_.capabilities[capability], files);
      if (found.writer == nullptr) continue;
      reported = true;
      WarnOf(found, files, warn);
    }
  };
  const Capability& one = context_.capabilities[capability];
  if (one.command_allowlist) {
    for (const CommandEntry& entry : *one.command_allowlist) {
      lint(entry.text, AllowedCommand::OfEntry(entry, one));
    }
  }
  if (!one.arguments) return;
  ForEachSchema(*one.arguments, [&](std::string_view, const Schema& schema) {
    const auto* const command = std::get_if<CommandKind>(&schema.kind);
    if (command == nullptr) return;
    for (const CommandRule& rule : command->allow) {
      std::string entry = rule.words[0];
      for (std::size_t i = 1; i < rule.words.size(); ++i) entry += " " + rule.words[i];
      lint(entry, AllowedCommand::OfRule(rule));
    }
  });
  if (!reported) LintGitTools(one, warn);
}

}  // namespace callgate::policy
