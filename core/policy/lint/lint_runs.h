// Warnings about commands that run others, and about files that are written and then run.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_RUNS_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_RUNS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "core/policy/lint/command_lint.h"
#include "core/policy/lint/findings.h"
#include "core/policy/lint/written_files.h"

namespace callgate::policy {

class RunLint {
 public:
  // Both outlive this.
  RunLint(const Context& context, const WrittenFiles& written);

  void LintCapability(std::size_t capability, const Warn& warn) const;

 private:
  // How a command comes to run what a tool writes.
  struct Found {
    const WrittenFiles::Writer* writer = nullptr;  // null: it does not
    std::string path;                              // that is written
    std::string_view directory;  // the argument by which the call chooses where the command runs
  };
  Found FindRun(const Capability& capability, const CommandReach::Files& files) const;
  void WarnOf(const Found& found, const CommandReach::Files& files, const Warn& warn) const;
  // Of tools that are named for a subcommand of git, and say in which repository.
  void LintGitTools(const Capability& capability, const Warn& warn) const;
  const WrittenFiles::Writer* WriterOf(const std::string& path) const;

  const Context& context_;
  const WrittenFiles& written_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_RUNS_H_
