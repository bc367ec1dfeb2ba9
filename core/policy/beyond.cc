#include "core/policy/beyond.h"

#include <algorithm>

#include "core/policy/containment.h"

namespace callgate::policy {
namespace {

// Bounds of the search for witnesses.
constexpr std::size_t kMaxSteps = 1'500'000;   // of the comparison before it
constexpr std::size_t kMaxTrials = 60'000;     // of all
constexpr std::size_t kTrialsOfOne = 1'500;    // of one difference
constexpr std::size_t kBytesOfTrial = 512;     // of a capability that is read again
constexpr std::size_t kMaxKept = 32;           // places of one capability, or of one entry
constexpr std::size_t kMaxTools = 4;           // of one capability, that a part is tried on
constexpr std::size_t kMaxCommandClasses = 8;  // of a part

}  // namespace

Beyond::Beyond(const ContextReach& parent, const ContextReach& child)
    : parent_(parent), child_(child), budget_(kMaxTrials) {
  TrialBudget steps(kMaxSteps);
  const auto keep = [&](const Uncovered& uncovered) {
    auto& kept =
        uncovered.denied == nullptr ? kept_[uncovered.capability] : denied_[uncovered.denied];
    if (kept.size() < kMaxKept) kept.push_back(uncovered);
    return true;
  };
  ForEachUncovered(parent, child, keep, &steps);
}

bool Beyond::Holds(std::size_t capability) const { return kept_.contains(capability); }

bool Beyond::Holds(std::size_t capability, const ToolPattern& tools) const {
  const auto found = kept_.find(capability);
  return found != kept_.end() &&
         std::ranges::any_of(found->second, [&](const Uncovered& uncovered) {
           return tools.Matches(uncovered.tool);
         });
}

std::optional<std::size_t> Beyond::FirstDeniedBy(const DenyEntry& entry) const {
  const auto found = denied_.find(&entry);
  if (found == denied_.end()) return std::nullopt;
  return found->second.front().capability;
}

std::optional<Witness> Beyond::FindWitness(const Uncovered& uncovered) {
  if (uncovered.is_limit() || budget_.spent()) return std::nullopt;
  TrialBudget part = budget_.Part(kTrialsOfOne);
  auto witness = policy::FindWitness(parent_, child_, uncovered, part);
  budget_.GiveBack(part);
  return witness;
}

std::optional<Witness> Beyond::FindWitness(std::size_t capability, const IsWitness& is_witness) {
  return FindWitness(capability, *ToolPattern::Parse("*"), is_witness);
}

std::optional<Witness> Beyond::FindWitness(std::size_t capability, const ToolPattern& tools,
                                           const IsWitness& is_witness) {
  const auto found = kept_.find(capability);
  if (found == kept_.end() || budget_.spent()) return std::nullopt;
  TrialBudget part = budget_.Part(kTrialsOfOne);
  std::optional<Witness> witness;
  for (const Uncovered& uncovered : found->second) {
    if (uncovered.is_limit() || !tools.Matches(uncovered.tool)) continue;
    witness = policy::FindWitness(parent_, child_, child_[capability], uncovered, part, is_witness);
    if (witness || part.spent()) break;
  }
  budget_.GiveBack(part);
  return witness;
}

std::optional<Beyond::Shown> Beyond::FindWitness(const DenyEntry& entry) {
  const auto found = denied_.find(&entry);
  if (found == denied_.end() || budget_.spent()) return std::nullopt;
  TrialBudget part = budget_.Part(kTrialsOfOne);
  std::optional<Shown> shown;
  for (const Uncovered& uncovered : found->second) {
    if (auto witness = policy::FindWitness(parent_, child_, uncovered, part)) {
      shown = Shown{uncovered.capability, std::move(*witness)};
    }
    if (shown || part.spent()) break;
  }
  budget_.GiveBack(part);
  return shown;
}

std::optional<Witness> Beyond::FindWitness(std::size_t capability, const Reached& part_of,
                                           const IsWitness& is_witness) {
  const auto found = kept_.find(capability);
  if (found == kept_.end() || budget_.spent()) return std::nullopt;
  TrialBudget part = budget_.Part(kTrialsOfOne);
  std::optional<Witness> witness;
  std::vector<std::string_view> tools;
  for (const Uncovered& place : found->second) {
    if (std::ranges::find(tools, place.tool) != tools.end()) continue;
    tools.push_back(place.tool);
    std::size_t classes = 0;
    for (const CommandClass& command_class : part_of.reach.commands) {
      if (++classes > kMaxCommandClasses) break;
      const Uncovered uncovered{capability,    place.tool, &command_class, nullptr, {},
                                place.closest, true};
      witness = policy::FindWitness(parent_, child_, part_of, uncovered, part, is_witness);
      if (witness || part.spent()) break;
    }
    if (witness || part.spent() || tools.size() == kMaxTools) break;
  }
  budget_.GiveBack(part);
  return witness;
}

bool Beyond::Take(std::size_t bytes) { return budget_.Take(1 + bytes / kBytesOfTrial); }

std::vector<Uncovered> Beyond::Unexplained() const {
  std::vector<Uncovered> left;
  for (const auto& [capability, places] : kept_) {
    if (!explained_.contains(capability)) left.push_back(places.front());
  }
  for (const auto& [entry, places] : denied_) {
    if (!explained_entries_.contains(entry)) left.push_back(places.front());
  }
  std::ranges::sort(left, [](const Uncovered& a, const Uncovered& b) {
    return std::pair(a.capability, a.tool) < std::pair(b.capability, b.tool);
  });
  return left;
}

}  // namespace callgate::policy
