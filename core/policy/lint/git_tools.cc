#include "core/policy/lint/git_tools.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/policy/lint/program_facts.h"
#include "core/policy/lint/tool_words.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kGit = "git";

// Subcommands that start nothing but a pager, and that for a terminal alone: git(1), core.pager.
constexpr auto kPaging =
    std::to_array<std::string_view>({"branch", "describe", "reflog", "shortlog"});

// What tools are named for besides the subcommands that programs.inc has files of: githooks(5), and
// core.sshCommand, credential.helper, filter.<driver>.smudge and submodule.<name>.update of
// git-config(1).
struct Named {
  std::string_view name;
  std::string_view file;
};
constexpr auto kNamed = std::to_array<Named>({
    {"branch-create", ".git/hooks/reference-transaction"},
    {"branch-delete", ".git/hooks/reference-transaction"},
    {"create-branch", ".git/hooks/reference-transaction"},
    {"create-tag", ".git/hooks/reference-transaction"},
    {"delete-branch", ".git/hooks/reference-transaction"},
    {"fetch", ".git/config"},
    {"pull", ".git/config"},
    {"rebase", ".git/hooks/pre-rebase"},
    {"reset", ".git/hooks/post-index-change"},
    {"restore", ".git/config"},
    {"stash", ".git/config"},
    {"submodule", ".git/config"},
    {"tag", ".git/hooks/reference-transaction"},
    {"worktree", ".git/hooks/post-checkout"},
});

// Of the names that a subcommand and a few more words are written as, `diff-staged` and `diff`.
constexpr std::size_t kMostWords = 2;

std::string_view FileOf(std::string_view name) {
  const auto named = std::ranges::find(kNamed, name, &Named::name);
  if (named != kNamed.end()) return named->file;
  if (std::ranges::find(kPaging, name) != kPaging.end()) return {};
  const auto& files = FindProgram(kGit)->files;
  const auto found = files.find(name);
  return found == files.end() ? std::string_view() : found->second;
}

// The words behind the last `git` of the name.
std::vector<std::string> WordsBehindGit(std::string_view tool) {
  std::vector<std::string> words = WordsOf(tool);
  const auto last = std::find(words.rbegin(), words.rend(), kGit);
  if (last == words.rend()) return {};
  return {last.base(), words.end()};
}

}  // namespace

std::optional<CommandReach::Files> GitFilesOf(std::string_view tool) {
  const std::vector<std::string> words = WordsBehindGit(tool);
  for (std::size_t count = std::min(kMostWords, words.size()); count > 0; --count) {
    std::string name = words[0];
    for (std::size_t i = 1; i < count; ++i) name += "-" + words[i];
    if (const std::string_view file = FileOf(name); !file.empty()) {
      return CommandReach::Files{"git " + name, file};
    }
  }
  return std::nullopt;
}

bool WritesReferencesAlone(std::string_view tool) {
  constexpr auto kKept =
      std::to_array<std::string_view>({"branch", "branches", "remote", "tag", "tags"});
  const std::vector<std::string> words = WordsBehindGit(tool);
  return std::ranges::any_of(words, [&](const std::string& word) {
    return std::ranges::find(kKept, word) != kKept.end();
  });
}

}  // namespace callgate::policy
