#include "core/policy/lint/lint.h"

#include "core/policy/lint/findings.h"
#include "core/policy/lint/lint_capability.h"
#include "core/policy/lint/lint_declared.h"
#include "core/policy/lint/lint_denials.h"
#include "core/policy/lint/lint_git.h"
#include "core/policy/lint/lint_runs.h"
#include "core/policy/lint/redundancy.h"
#include "core/policy/lint/tool_neighbours.h"

namespace callgate::policy {
namespace {

void LintDenyList(const Context& context, const DenialLint& denials, Redundancy& redundancy,
                  Findings& findings) {
  const auto& entries = context.deny_list;
  std::vector<bool> is_dead(entries.size());
  for (std::size_t first = 0; first < entries.size();) {
    std::size_t end = first + 1;
    while (end < entries.size() && entries[end].nth == entries[first].nth) ++end;
    is_dead[first] = denials.LintBlind(first, end, findings.OfDenyEntry(first));
    first = end;
  }
  redundancy.LintDenyList(is_dead);
}

}  // namespace

void Lint(const Context& context, std::vector<LintWarning>& warnings) {
  const ContextReach reach(context);
  ToolNeighbours neighbours(reach);
  Findings findings(context, warnings);
  const WrittenFiles written(context);
  const RunLint runs(context, written);
  const DenialLint denials(context, neighbours);
  Redundancy redundancy(reach, neighbours, findings);
  for (std::size_t i = 0; i < reach.size(); ++i) {
    const Warn warn = findings.OfCapability(i);
    LintCapability(context, reach[i], warn);
    runs.LintCapability(i, warn);
    LintGit(context, context.capabilities[i], warn);
    LintExcepts(context, neighbours, i, warn);
    LintExceptsOfWriters(context, written, i, warn);
    LintForms(context, neighbours, i, warn);
    denials.LintAbove(i, warn);
    redundancy.LintCapability(i);
  }
  for (std::size_t i = 0; i < reach.size(); ++i) {
    if (!redundancy.IsReported(i)) LintStar(context.capabilities[i], findings.OfCapability(i));
  }
  LintDefinitions(context, findings.OfContext());
  LintDenyList(context, denials, redundancy, findings);
  findings.ReportVain();
}

}  // namespace callgate::policy
