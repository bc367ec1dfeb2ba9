#include "core/policy/containment.h"

#include <algorithm>

#include "core/policy/counterexample/witness.h"
#include "core/policy/inclusion/deny_relations.h"

namespace callgate::policy {
namespace {

// Bounds of the search for a witness: a no without one is a no all the same.
constexpr std::size_t kMaxTrials = 50'000;
constexpr std::size_t kMaxTried = 64;
constexpr std::size_t kEntriesOfStep = 8;  // deny entries that are compared in one step
constexpr std::size_t kSightsOfStep = 64;  // pairs of capabilities that two entries see by
constexpr std::size_t kMaxShown = 8;       // capabilities, of whose witnesses one is given

// One comparison of a child with a parent.
class Comparison {
 public:
  Comparison(const ContextReach& parent, const ContextReach& child,
             const std::function<bool(const Uncovered&)>& found, TrialBudget* steps)
      : parent_(parent),
        child_(child),
        tools_(parent.context(), child.context()),
        found_(found),
        steps_(steps),
        cover_(child.context()) {}

  void Run() {
    for (std::size_t i = 0; i < child_.size() && !stopped_; ++i) {
      if (!child_[i].reach.allows_nothing) Compare(i);
    }
  }

 private:
  void Compare(std::size_t capability) {
    const Reached inner = child_[capability];
    // What a capability with as wide a pattern covers, it covers on every tool.
    std::vector<const CommandClass*> open;
    const bool exact = std::ranges::all_of(
        inner.capability.tool_pattern.list,
        [](const ToolPattern& pattern) { return pattern.kind == ToolPattern::Kind::kExact; });
    for (const CommandClass& command_class : inner.reach.commands) {
      if (exact || !IsCoveredOnEveryTool(capability, command_class)) open.push_back(&command_class);
    }
    const bool may_hold_several =
        inner.reach.takes_several && inner.capability.subcommand_allowlist.has_value();
    if (open.empty() && !may_hold_several && parent_.context().deny_list.empty()) return;
    for (const std::string& tool : tools_.Of(inner.capability.tool_pattern)) {
      CompareOn(capability, tool, open);
      if (stopped_) return;
    }
  }

  bool IsCoveredOnEveryTool(std::size_t capability, const CommandClass& command_class) {
    const Reached inner = child_[capability];
    const auto covers = [&](std::size_t i) {
      const Reached outer = parent_[i];
      return IsAsWide(outer.capability.tool_pattern, inner.capability.tool_pattern) &&
             FindGaps(outer, inner, command_class).empty();
    };
    // Most often the two contexts are versions of one, in the same order.
    if (capability < parent_.size() && covers(capability)) return true;
    for (const std::uint32_t i : parent_.AsWideAs(inner.capability.tool_pattern)) {
      if (!Take(1)) return false;
      if (covers(i)) return true;
    }
    return false;
  }

  void CompareOn(std::size_t capability, const std::string& tool,
                 const std::vector<const CommandClass*>& open) {
    const Reached inner = child_[capability];
    const DenialsByKind denied(child_.context(), tool);
    if (denied.stops_tool) return;
    const Positions outer = parent_.On(tool);
    bool on_no_tool = false;
    for (const CommandClass* command_class : open) {
      if (StopsEvery(denied, *command_class)) continue;
      Uncovered uncovered{capability, tool, command_class, nullptr, {}, 0, true};
      if (IsCovered(inner, outer, uncovered)) continue;
      if (!Report(uncovered)) return;
      on_no_tool = on_no_tool || outer.empty();
    }
    if (on_no_tool) return;  // no deny entry adds to that
    if (inner.reach.takes_several && inner.capability.subcommand_allowlist) {
      for (const CommandClass& command_class : inner.reach.commands) {
        if (AreCoveredTogether(inner, outer, denied, command_class)) continue;
        const ConstraintSet gap = {Constraint::kSubcommandAllowlist};
        if (!Report({capability, tool, &command_class, nullptr, gap, outer[0], true})) return;
      }
    }

    Positions entries;
    parent_.context().compiled->deny_list().Find(tool, entries);
    if (entries.empty()) return;
    const CommandClass* const alive = FirstAlive(inner.reach, denied);
    if (alive == nullptr) return;
    if (!sights_ || sights_->tool != tool) sights_.emplace(parent_, child_, tool);
    const DenyQuestion question{parent_, child_, inner, tool, denied, *sights_, cover_};
    const std::size_t sights = sights_->parent.arguments.size() * sights_->child.arguments.size();
    const bool may_ask = Take(1 + entries.size() / kEntriesOfStep);
    for (const std::uint32_t position : entries) {
      const DenyEntry& entry = parent_.context().deny_list[position];
      const bool is_alike = may_ask && sights_->all_alike && cover_.IsCovered(entry, tool);
      const bool is_compared = may_ask && (is_alike || Take(sights / kSightsOfStep));
      if (is_compared && FiresOnlyWithChild(question, entry)) continue;
      if (!Report({capability, tool, alive, &entry, {}, 0, is_compared})) return;
    }
  }

  bool Take(std::size_t cost) { return steps_ == nullptr || steps_->Take(cost); }

  // Otherwise `uncovered` is told which capability comes closest.
  bool IsCovered(const Reached& inner, const Positions& outer, Uncovered& uncovered) {
    // Most often the two contexts are versions of one, in the same order.
    const auto same = static_cast<std::uint32_t>(uncovered.capability);
    if (std::ranges::binary_search(outer, same) &&
        FindGaps(parent_[same], inner, *uncovered.command).empty()) {
      return true;
    }
    for (const std::uint32_t i : outer) {
      if (!Take(1)) {
        uncovered.is_compared = false;
        return false;
      }
      const ConstraintSet gaps = FindGaps(parent_[i], inner, *uncovered.command);
      if (gaps.empty()) return true;
      const bool closer =
          gaps == kRateGap || (!uncovered.is_limit() && CountOf(gaps) < CountOf(uncovered.gaps));
      if (!uncovered.gaps.empty() && !closer) continue;
      uncovered.gaps = gaps;
      uncovered.closest = i;
    }
    return false;
  }

  // One capability covers all classes of the program of `first`, if that is the first of these and
  // a capability covers each: a list of several commands holds them side by side.
  bool AreCoveredTogether(const Reached& inner, const Positions& outer, const DenialsByKind& denied,
                          const CommandClass& first) const {
    if (first.kind != CommandClass::Kind::kWords) return true;
    std::vector<const CommandClass*> classes;
    for (const CommandClass& other : inner.reach.commands) {
      if (other.kind != CommandClass::Kind::kWords || other.words[0] != first.words[0]) continue;
      if (classes.empty() && &other != &first) return true;
      classes.push_back(&other);
    }
    std::erase_if(classes, [&](const CommandClass* it) { return StopsEvery(denied, *it); });
    const auto covers = [&](std::uint32_t i, const CommandClass* it) {
      return FindGaps(parent_[i], inner, *it).empty();
    };
    const auto is_covered = [&](const CommandClass* it) {
      return std::any_of(outer.begin(), outer.end(),
                         [&](std::uint32_t i) { return covers(i, it); });
    };
    if (classes.size() < 2 || !std::all_of(classes.begin(), classes.end(), is_covered)) return true;
    return std::any_of(outer.begin(), outer.end(), [&](std::uint32_t i) {
      return std::all_of(classes.begin(), classes.end(),
                         [&](const CommandClass* it) { return covers(i, it); });
    });
  }

  static const CommandClass* FirstAlive(const CapabilityReach& reach, const DenialsByKind& denied) {
    for (const CommandClass& command_class : reach.commands) {
      if (!StopsEvery(denied, command_class)) return &command_class;
    }
    return nullptr;
  }

  bool Report(const Uncovered& uncovered) {
    if (!found_(uncovered)) stopped_ = true;
    return !stopped_;
  }

  const ContextReach& parent_;
  const ContextReach& child_;
  const ToolClasses tools_;
  const std::function<bool(const Uncovered&)>& found_;
  TrialBudget* const steps_;
  DenyCover cover_;
  std::optional<ToolSights> sights_;  // of the last tool
  bool stopped_ = false;
};

// As documents write it.
std::string TextOf(const DenyEntry& entry) {
  if (const auto* path = std::get_if<PathEntry>(&entry.argument)) return path->text;
  if (const auto* domain = std::get_if<DomainEntry>(&entry.argument)) return domain->text;
  const auto* command = std::get_if<CommandEntry>(&entry.argument);
  if (command == nullptr) return {};
  return command->text + (command->option.empty() ? "" : " with " + command->option);
}

std::string WithPart(std::string sentence, const std::string& part) {
  return part.empty() ? sentence : sentence + ": " + part;
}

}  // namespace

void ForEachUncovered(const ContextReach& parent, const ContextReach& child,
                      const std::function<bool(const Uncovered&)>& found, TrialBudget* steps) {
  Comparison(parent, child, found, steps).Run();
}

std::string Describe(const ContextReach& parent, const ContextReach& child,
                     const Uncovered& uncovered) {
  const auto name = [](const ContextReach& context, std::size_t i) {
    return "capability " + std::to_string(i) + " (" + context[i].capability.tool_pattern.text + ")";
  };
  const std::string inner = name(child, uncovered.capability);
  if (!uncovered.is_compared) return inner + ": " + std::string(kTooMuch);
  if (uncovered.denied != nullptr) {
    return WithPart(inner + " reaches what the deny entry for " +
                        uncovered.denied->tool_pattern.text + " stops",
                    TextOf(*uncovered.denied));
  }
  if (uncovered.gaps.empty()) return inner + " reaches the tool " + uncovered.tool;
  const std::string outer = name(parent, uncovered.closest);
  if (!uncovered.is_limit()) {
    return WithPart(std::string(NameOf(uncovered.gaps)) + " of " + inner + " exceeds " + outer,
                    FindPart(parent[uncovered.closest], child[uncovered.capability],
                             *uncovered.command, uncovered.gaps.first()));
  }
  const auto limit = [](const Capability& capability) {
    if (!capability.rate_limit) return std::string("none");
    return std::to_string(capability.rate_limit->calls) + " calls in " +
           std::to_string(capability.rate_limit->per_seconds) + " s";
  };
  return "rate_limit of " + inner + ", " + limit(child[uncovered.capability].capability) +
         ", exceeds that of " + outer + ", " + limit(parent[uncovered.closest].capability);
}

Containment JudgeContainment(const Context& parent, const Context& child) {
  const ContextReach outer(parent);
  const ContextReach inner(child);
  Containment containment{true, std::nullopt, {}};
  ForEachUncovered(outer, inner, [&](const Uncovered& uncovered) {
    containment = {false, std::nullopt, Describe(outer, inner, uncovered)};
    return false;
  });
  return containment;
}

Containment Contains(const Context& parent, const Context& child) {
  const ContextReach outer(parent);
  const ContextReach inner(child);
  Containment containment{true, std::nullopt, {}};
  TrialBudget budget(kMaxTrials);
  std::size_t tried = 0;
  std::size_t shown = 0;
  std::optional<std::size_t> last_shown;  // the capability that the last witness is for
  std::string limit;
  std::string first;  // that is not covered
  const auto size = [](const Witness& witness) {
    return witness.tool.size() + witness.arguments.size();
  };
  ForEachUncovered(outer, inner, [&](const Uncovered& uncovered) {
    containment.contained = false;
    if (uncovered.is_limit()) {
      if (limit.empty()) limit = Describe(outer, inner, uncovered);
      return true;
    }
    if (first.empty()) first = Describe(outer, inner, uncovered);
    if (last_shown == uncovered.capability) return true;
    if (auto witness = FindWitness(outer, inner, uncovered, budget)) {
      last_shown = uncovered.capability;
      ++shown;
      // The smallest call says most clearly what exceeds.
      if (!containment.witness || size(*witness) < size(*containment.witness)) {
        containment.witness = std::move(witness);
        containment.reason = Describe(outer, inner, uncovered);
      }
    }
    return !budget.spent() && ++tried < kMaxTried && shown < kMaxShown;
  });
  if (!containment.contained && !containment.witness) {
    containment.reason = limit.empty() ? "uncovered: " + first : limit;
  }
  return containment;
}

}  // namespace callgate::policy
