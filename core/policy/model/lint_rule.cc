#include "core/policy/model/lint_rule.h"

#include <algorithm>
#include <array>

#include "core/base/nearest.h"

namespace callgate {

std::string_view LintLevelName(LintLevel level) noexcept {
  switch (level) {
    case LintLevel::kInfo:
      return "info";
    case LintLevel::kWarning:
      return "warning";
    case LintLevel::kError:
      return "error";
  }
  return {};
}

namespace policy {
namespace {

#define LINT_RULE(id, level) LintRule{id, LintLevel::level},
constexpr auto kRules = std::to_array<LintRule>({
#include "core/policy/model/lint_rules.inc"
});
#undef LINT_RULE
static_assert(std::ranges::is_sorted(kRules, {}, &LintRule::id));

constexpr std::string_view WithoutPrefix(std::string_view rule) {
  constexpr std::string_view kPrefix = "lint.";
  return rule.starts_with(kPrefix) ? rule.substr(kPrefix.size()) : rule;
}

}  // namespace

const LintRule* FindLintRule(std::string_view id) noexcept {
  const auto found = std::ranges::lower_bound(kRules, id, {}, &LintRule::id);
  return found != kRules.end() && found->id == id ? &*found : nullptr;
}

std::string ClosestLintRule(std::string_view text) {
  base::Nearest nearest(WithoutPrefix(text));
  for (const LintRule& rule : kRules) {
    if (rule.id != kAcknowledgedInVain) nearest.Offer(WithoutPrefix(rule.id), rule.id);
  }
  return nearest.name();
}

}  // namespace policy
}  // namespace callgate
