// What tools that are named for a subcommand of git have it run.
#ifndef CALLGATE_CORE_POLICY_LINT_GIT_TOOLS_H_
#define CALLGATE_CORE_POLICY_LINT_GIT_TOOLS_H_

#include <optional>
#include <string>
#include <string_view>

#include "core/policy/lint/command_lint.h"

namespace callgate::policy {

// Of a tool such as `git_status` or `git.diff_staged`: the subcommand, and the file of the
// repository that says which program is run. Nullopt for one that runs nothing out of it, such as
// `git_branch`, which lists branches, and for a tool that is not named so.
std::optional<CommandReach::Files> GitFilesOf(std::string_view tool);

// The tool changes what git keeps of a repository, and no other file.
[[nodiscard]] bool WritesReferencesAlone(std::string_view tool);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_GIT_TOOLS_H_
