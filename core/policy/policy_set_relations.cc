#include "core/policy/containment.h"
#include "core/policy/counterexample/could_allow.h"
#include "core/policy/coverage/coverage.h"
#include "core/policy/diff.h"
#include "core/policy/lint/lint.h"
#include "core/policy/policy_set_state.h"

namespace callgate {
namespace {

Error UnknownContext(const PolicySet::State& state, std::string_view name) {
  return {ErrorCode::kScopeNotFound, state.WhyUnknown(name), {}};
}

}  // namespace

std::string_view NameOf(PolicyChange::Effect effect) noexcept {
  switch (effect) {
    case PolicyChange::Effect::kAllowed:
      return "allowed";
    case PolicyChange::Effect::kDenied:
      return "denied";
    case PolicyChange::Effect::kUnknown:
      return "unknown";
    case PolicyChange::Effect::kNone:
      return "none";
  }
  return {};
}

Result<Containment> PolicySet::Contains(std::string_view parent, std::string_view child) const {
  const auto outer = Find(parent);
  if (!outer) return UnknownContext(*state_, parent);
  const auto inner = Find(child);
  if (!inner) return UnknownContext(*state_, child);
  return policy::Contains(*outer, *inner);
}

Result<PolicyDiff> PolicySet::Diff(std::string_view context, const PolicySet& other,
                                   std::string_view other_context) const {
  const auto before = Find(context);
  if (!before) return UnknownContext(*state_, context);
  const auto after = other.Find(other_context);
  if (!after) return UnknownContext(*other.state_, other_context);
  return policy::Diff(*before, *after);
}

Result<std::vector<std::string>> PolicySet::CouldAllow(
    std::string_view context, const std::vector<std::string>& tools) const {
  const auto found = Find(context);
  if (!found) return UnknownContext(*state_, context);
  std::vector<std::string> possible;
  for (const std::string& tool : tools) {
    if (policy::CouldAllow(*found, tool)) possible.push_back(tool);
  }
  return possible;
}

std::vector<LintWarning> PolicySet::Lint() const {
  std::vector<LintWarning> warnings;
  for (const auto& [name, context] : state_->contexts) policy::Lint(*context, warnings);
  return warnings;
}

Result<std::vector<PolicyPart>> PolicySet::Parts(std::string_view context) const {
  const auto found = Find(context);
  if (!found) return UnknownContext(*state_, context);
  return policy::PartsOf(*found);
}

Result<std::vector<PolicyPart>> PolicySet::Exercised(std::string_view context,
                                                     std::string_view tool,
                                                     std::string_view arguments_json) const {
  const auto found = Find(context);
  if (!found) return UnknownContext(*state_, context);
  const Result<json::Document> arguments = json::Parse(arguments_json, state_->limits);
  if (!arguments) return arguments.error();
  if (!arguments->root().is_object()) {
    return Error{ErrorCode::kInvalidArgument, "expected an object of arguments", {}};
  }
  return policy::PartsExercised(*found, tool, arguments->root());
}

}  // namespace callgate
