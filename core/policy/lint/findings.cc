#include "core/policy/lint/findings.h"

#include <algorithm>

namespace callgate::policy {

Warn Findings::OfCapability(std::size_t capability) {
  return [this, capability](std::string_view rule, std::string message) {
    const policy::Capability& place = context_.capabilities[capability];
    Add(place.acknowledged, capability, place.position, rule, std::move(message));
  };
}

Warn Findings::OfDenyEntry(std::size_t entry) {
  return [this, entry](std::string_view rule, std::string message) {
    const DenyEntry& place = context_.deny_list[entry];
    Add(place.acknowledged, std::nullopt, place.position, rule, std::move(message));
  };
}

Warn Findings::OfContext() {
  return [this](std::string_view rule, std::string message) {
    Add({}, std::nullopt, context_.position, rule, std::move(message));
  };
}

void Findings::Add(const Acknowledgements& here, Capability capability, const SourcePosition& at,
                   std::string_view rule, std::string message) {
  if (IsAcknowledged(here, rule) || IsAcknowledged(context_.acknowledged, rule)) return;
  out_.push_back({std::string(rule), FindLintRule(rule)->level, context_.name, capability,
                  std::move(message), Where(at)});
}

bool Findings::IsAcknowledged(const Acknowledgements& list, std::string_view rule) {
  const auto found = std::ranges::lower_bound(list, rule, {}, &Acknowledgement::rule);
  if (found == list.end() || found->rule != rule) return false;
  needed_.push_back(&*found);
  return true;
}

void Findings::ReportVain() {
  std::ranges::sort(needed_, std::less<>());
  ReportVain(context_.acknowledged, std::nullopt);
  for (std::size_t i = 0; i < context_.capabilities.size(); ++i) {
    ReportVain(context_.capabilities[i].acknowledged, i);
  }
  for (const DenyEntry& entry : context_.deny_list) ReportVain(entry.acknowledged, std::nullopt);
}

void Findings::ReportVain(const Acknowledgements& list, Capability capability) {
  for (const Acknowledgement& one : list) {
    if (std::ranges::binary_search(needed_, &one, std::less<>())) continue;
    Add({}, capability, one.position, kAcknowledgedInVain,
        one.rule + " finds nothing here any more; delete its acknowledgement");
  }
}

}  // namespace callgate::policy
