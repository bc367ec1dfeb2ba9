#include "core/policy/lint/lint.h"

#include <algorithm>

#include "core/policy/inclusion/context_reach.h"
#include "core/policy/inclusion/domain_relations.h"
#include "core/policy/lint/findings.h"
#include "core/policy/lint/lint_capability.h"
#include "core/policy/lint/lint_declared.h"

namespace callgate::policy {
namespace {

// Of one context, which stands in one file.
bool SamePosition(const SourcePosition& a, const SourcePosition& b) noexcept {
  return a.line == b.line && a.column == b.column;
}

bool HoldsStar(const ToolPatterns& patterns) {
  return std::ranges::any_of(patterns.list, [](const ToolPattern& pattern) {
    return pattern.kind == ToolPattern::Kind::kAny;
  });
}

class ContextLint {
 public:
  ContextLint(const Context& context, std::vector<LintWarning>& warnings)
      : reach_(context), findings_(context, warnings) {}

  void Run() {
    for (std::size_t i = 0; i < reach_.size(); ++i) {
      const Warn warn = findings_.OfCapability(i);
      LintCapability(reach_[i], warn);
      LintExcepts(context(), i, warn);
      LintShadow(i);
    }
    LintDefinitions(context(), findings_.OfContext());
    LintDenyList();
    findings_.ReportVain();
  }

 private:
  const Context& context() const noexcept { return reach_.context(); }

  // The other capability allows whatever this one does, on every tool.
  bool IsRedundant(std::size_t capability, std::size_t other) const {
    const Reached inner = reach_[capability];
    return std::all_of(inner.reach.commands.begin(), inner.reach.commands.end(),
                       [&](const CommandClass& command_class) {
                         return FindGaps(reach_[other], inner, command_class).empty();
                       });
  }

  void LintShadow(std::size_t capability) {
    if (reach_[capability].reach.allows_nothing) return;
    const ToolPatterns& pattern = context().capabilities[capability].tool_pattern;
    for (const std::uint32_t other : reach_.AsWideAs(pattern)) {
      if (other == capability || !IsRedundant(capability, other)) continue;
      // Of two that say the same, the later one is in vain.
      const ToolPatterns& wide = context().capabilities[other].tool_pattern;
      if (other > capability && IsAsWide(pattern, wide) && IsRedundant(other, capability)) continue;
      if (HoldsStar(wide) && !HoldsStar(pattern)) {
        findings_.OfCapability(other)(
            "lint.star", "allows whatever capability " + std::to_string(capability) + " (" +
                             pattern.text + ") does, which makes that one useless; delete that " +
                             "one, or name the tools that this one is for");
      } else {
        findings_.OfCapability(capability)(
            "lint.shadowed", "capability " + std::to_string(other) + " (" + wide.text +
                                 ") allows whatever this one does; delete this one, or narrow " +
                                 "that one");
      }
      return;
    }
  }

  void LintDenyList() {
    const auto& entries = context().deny_list;
    for (std::size_t first = 0; first < entries.size();) {
      // One text may stand for two entries; it is in vain when both are.
      std::size_t end = first + 1;
      while (end < entries.size() && SamePosition(entries[first].position, entries[end].position)) {
        ++end;
      }
      bool dead = true;
      bool reaches_nothing = true;
      for (std::size_t i = first; i < end; ++i) {
        const bool on_some_tool = IsOnSomeTool(entries[i].tool_pattern);
        reaches_nothing = reaches_nothing && !on_some_tool;
        dead = dead && (!on_some_tool || IsWithinAnother(i, first, end));
      }
      if (dead) {
        findings_.OfDenyEntry(first)(
            "lint.dead-deny", "the deny entry for " + entries[first].tool_pattern.text +
                                  (reaches_nothing ? " stops no tool that a capability allows"
                                                   : " stops nothing that another does not stop") +
                                  "; delete it, or write the tools that it is for");
      }
      first = end;
    }
  }

  bool IsOnSomeTool(const ToolPattern& pattern) const {
    if (!reach_.AsWideAs(ToolPatterns::Of({pattern})).empty()) return true;
    return std::ranges::any_of(context().capabilities, [&](const Capability& capability) {
      return std::ranges::any_of(capability.tool_pattern.list, [&](const ToolPattern& narrow) {
        return IsAsWide(pattern, narrow);
      });
    });
  }

  // Some entry outside [first, end) stops whatever this one does; of two that say the same, the
  // later one is in vain.
  bool IsWithinAnother(std::size_t entry, std::size_t first, std::size_t end) const {
    const auto& entries = context().deny_list;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i >= first && i < end) continue;
      if (!IsWithin(entries[entry], entries[i])) continue;
      if (i > entry && IsWithin(entries[i], entries[entry])) continue;
      return true;
    }
    return false;
  }

  static bool IsWithin(const DenyEntry& inner, const DenyEntry& outer) {
    if (!IsAsWide(outer.tool_pattern, inner.tool_pattern)) return false;
    if (std::holds_alternative<std::monostate>(outer.argument)) return true;
    if (inner.argument.index() != outer.argument.index()) return false;
    if (const auto* path = std::get_if<PathEntry>(&inner.argument)) {
      return PathSet::OfDenied(*path).IsWithin(
          PathSet::OfDenied(std::get<PathEntry>(outer.argument)));
    }
    if (const auto* domain = std::get_if<DomainEntry>(&inner.argument)) {
      return DeniesWithin(*domain, std::get<DomainEntry>(outer.argument));
    }
    return DeniesWithin(std::get<CommandEntry>(inner.argument),
                        std::get<CommandEntry>(outer.argument));
  }

  const ContextReach reach_;
  Findings findings_;
};

}  // namespace

void Lint(const Context& context, std::vector<LintWarning>& warnings) {
  ContextLint(context, warnings).Run();
}

}  // namespace callgate::policy
