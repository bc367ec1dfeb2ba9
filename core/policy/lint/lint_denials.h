// Warnings about what deny entries do not see, and about what is reached past them.
#ifndef CALLGATE_CORE_POLICY_LINT_LINT_DENIALS_H_
#define CALLGATE_CORE_POLICY_LINT_LINT_DENIALS_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/lint/findings.h"
#include "core/policy/lint/tool_neighbours.h"

namespace callgate::policy {

class DenialLint {
 public:
  // Both outlive this.
  DenialLint(const Context& context, const ToolNeighbours& neighbours);

  // Entries [first, end), which one text stands for. Whether they were reported as lint.dead-deny.
  bool LintBlind(std::size_t first, std::size_t end, const Warn& warn) const;
  // Directories that the capability allows above what is denied.
  void LintAbove(std::size_t capability, const Warn& warn) const;

 private:
  // What the deny list sees of one capability.
  struct Seen {
    // By the kind of an entry: paths, domains, commands.
    bool kinds[3] = {};
    // An argument that is named like the kind, and is a text that may hold anything.
    const std::string* plain[3] = {};
  };
  // The same of all capabilities on some tools.
  struct SeenOnTools {
    bool any = false;  // some capability is on them
    Seen seen;
    std::size_t capabilities[3] = {};  // of seen.plain
  };
  bool IsSpelledAsTool(const DenyEntry& entry, std::size_t entries_of_text) const;
  static Seen SeenOf(const Capability& capability);
  const SeenOnTools& SeenOn(const ToolPattern& pattern) const;
  std::string Blindness(const DenyEntry& entry) const;
  const PathEntry* FindBelow(const std::vector<const PathEntry*>& denied,
                             const std::vector<PathEntry>& allowed) const;

  const Context& context_;
  const ToolNeighbours& neighbours_;
  std::vector<Seen> seen_;
  std::vector<const DenyEntry*> paths_;  // the entries for paths
  mutable std::map<std::string_view, SeenOnTools> by_pattern_;
  // Pairs of an entry that allows and one that denies; when they are as many, lint says no more.
  static constexpr std::size_t kMostPairs = 2'000'000;
  mutable std::size_t pairs_ = 0;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_LINT_DENIALS_H_
