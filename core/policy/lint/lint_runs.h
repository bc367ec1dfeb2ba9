// Warnings about commands that run others, and about files that are written and then run.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_RUNS_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_RUNS_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/lint/command_lint.h"
#include "core/policy/lint/findings.h"

namespace callgate::policy {

class RunLint {
 public:
  // `context` outlives this.
  explicit RunLint(const Context& context);

  void LintCapability(std::size_t capability, const Warn& warn) const;

 private:
  // A capability by which files may be written.
  struct Writer {
    std::size_t capability;
    const std::string* tool;
    std::vector<const PathKind*> paths;            // or
    const std::vector<PathEntry>* list = nullptr;  // of the short form; neither: anywhere
  };
  struct Written {
    const Writer* writer = nullptr;  // null: none
    std::string path;
  };
  void AddWriter(std::size_t capability);
  // The first writer of the file, or of any where that is empty.
  const Written& FindWriter(std::string_view file) const;
  // The directory that the writer may write the file to, or any file where that is empty.
  std::string WritesTo(const Writer& writer, std::string_view file) const;
  bool IsDenied(const Writer& writer, const std::string& path) const;

  const Context& context_;
  std::vector<Writer> writers_;
  mutable std::map<std::string_view, Written> written_;  // by file, which programs.inc names
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_RUNS_H_
