#include "core/policy/model/lint_rule.h"

#include <algorithm>
#include <array>
#include <numeric>

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

// How many characters are added, left out or replaced between the two.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

constexpr std::string_view WithoutPrefix(std::string_view rule) {
  constexpr std::string_view kPrefix = "lint.";
  return rule.starts_with(kPrefix) ? rule.substr(kPrefix.size()) : rule;
}

}  // namespace

const LintRule* FindLintRule(std::string_view id) noexcept {
  const auto found = std::ranges::lower_bound(kRules, id, {}, &LintRule::id);
  return found != kRules.end() && found->id == id ? &*found : nullptr;
}

std::string_view ClosestLintRule(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  const std::string_view name = WithoutPrefix(text);
  if (name.size() > kLongest) return {};
  std::size_t least = std::max<std::size_t>(name.size() / 3, 1) + 1;  // less is much alike
  std::string_view closest;
  for (const LintRule& rule : kRules) {
    if (rule.id == kAcknowledgedInVain) continue;
    const std::size_t distance = Distance(name, WithoutPrefix(rule.id));
    if (distance < least) {
      least = distance;
      closest = rule.id;
    }
  }
  return closest;
}

}  // namespace policy
}  // namespace callgate
