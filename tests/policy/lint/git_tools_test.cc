#include "core/policy/lint/git_tools.h"

#include <gtest/gtest.h>

namespace callgate::policy {
namespace {

std::string FileOf(std::string_view tool) {
  const auto files = GitFilesOf(tool);
  return files ? std::string(files->file) : "";
}

TEST(GitTools, RunWhatTheirSubcommandRuns) {
  EXPECT_EQ(FileOf("git_status"), ".git/config");
  EXPECT_EQ(FileOf("git.git_status"), ".git/config");
  EXPECT_EQ(FileOf("git.status"), ".git/config");
  EXPECT_EQ(FileOf("gitDiffStaged"), ".git/config");
  EXPECT_EQ(FileOf("git-commit"), ".git/hooks/pre-commit");
  EXPECT_EQ(FileOf("git_cherry_pick"), ".git/hooks/commit-msg");
  EXPECT_EQ(FileOf("git_create_branch"), ".git/hooks/reference-transaction");
  EXPECT_EQ(GitFilesOf("git_diff_unstaged")->program, "git diff");
}

TEST(GitTools, RunNothingForWhatOnlyReads) {
  for (const std::string_view tool : {"git_branch", "git_list_branches", "git_rev_parse",
                                      "git_init", "git_shortlog", "git_cat_file", "git"}) {
    EXPECT_FALSE(GitFilesOf(tool)) << tool;
  }
}

TEST(GitTools, AreNamedForGit) {
  for (const std::string_view tool :
       {"github.get_status", "status", "digit_status", "gitlab.diff", "fs.git", "svn_status"}) {
    EXPECT_FALSE(GitFilesOf(tool)) << tool;
  }
}

TEST(GitTools, ThatChangeReferencesWriteNoFile) {
  EXPECT_TRUE(WritesReferencesAlone("git_create_branch"));
  EXPECT_TRUE(WritesReferencesAlone("git.rename_branch"));
  EXPECT_FALSE(WritesReferencesAlone("git_apply_patch"));
  EXPECT_FALSE(WritesReferencesAlone("fs.create_branch"));
}

}  // namespace
}  // namespace callgate::policy
