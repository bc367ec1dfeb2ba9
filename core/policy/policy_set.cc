#include "callgate/policy.h"
#include "core/base/hex.h"
#include "core/base/nearest.h"
#include "core/base/shown.h"
#include "core/json/object_writer.h"
#include "core/policy/decision_record.h"
#include "core/policy/document/context_writer.h"
#include "core/policy/document/read_policy.h"
#include "core/policy/evaluate/compiled_context.h"
#include "core/policy/explain/explain.h"
#include "core/policy/policy_set_state.h"

namespace callgate {
namespace {

std::shared_ptr<const PolicySet::State> BuildState(std::vector<policy::Context> contexts,
                                                   const Limits& limits) {
  auto state = std::make_shared<PolicySet::State>();
  state->limits = limits;
  for (policy::Context& context : contexts) {
    std::string name = context.name;
    context.json = policy::DecisiveJson(context);
    state->contexts.emplace(std::move(name), policy::Compile(std::move(context)));
  }
  std::string all;
  json::WriteList(state->contexts, all, [&](const auto& named) { all += named.second->json; });
  state->digest = base::ToHex(Sha256(all));
  return state;
}

Error FirstOf(const std::vector<LoadFault>& faults) {
  return {ErrorCode::kInvalidPolicy, faults.front().message, faults.front().where};
}

}  // namespace

std::string PolicySet::State::WhyUnknown(std::string_view name) const {
  base::Nearest nearest(name);
  for (const auto& [known, context] : contexts) nearest.Offer(known);
  return "there is no context " + base::Shown(name) + nearest.Question();
}

Result<PolicySet> PolicySet::Parse(std::string_view text, std::string_view filename,
                                   const Limits& limits) {
  policy::PolicyReading reading;
  policy::ReadPolicy(text, filename, limits, reading);
  if (!reading.faults.empty()) return FirstOf(reading.faults);
  return PolicySet(BuildState(std::move(reading.contexts), limits));
}

Result<PolicySet> PolicySet::Load(const std::string& path, const Limits& limits) {
  policy::PolicyReading reading;
  policy::ReadPolicyFiles(path, limits, reading);
  if (!reading.faults.empty()) return FirstOf(reading.faults);
  return PolicySet(BuildState(std::move(reading.contexts), limits));
}

std::vector<LoadFault> PolicySet::Check(std::string_view text, std::string_view filename,
                                        const Limits& limits) {
  policy::PolicyReading reading;
  policy::ReadPolicy(text, filename, limits, reading);
  return std::move(reading.faults);
}

std::vector<LoadFault> PolicySet::CheckFiles(const std::string& path, const Limits& limits) {
  policy::PolicyReading reading;
  policy::ReadPolicyFiles(path, limits, reading);
  return std::move(reading.faults);
}

Decision PolicySet::Evaluate(std::string_view context, std::string_view tool,
                             json::Value arguments) const {
  const auto found = state_->contexts.find(context);
  if (found == state_->contexts.end()) {
    return DecisionBuilder::Deny(ErrorCode::kScopeNotFound, nullptr, policy::kNoCapability,
                                 nullptr);
  }
  return DecisionBuilder::FromVerdict(policy::Evaluate(*found->second, tool, arguments),
                                      found->second);
}

Decision PolicySet::Evaluate(std::string_view context, std::string_view tool,
                             std::string_view arguments_json) const {
  if (!state_->contexts.contains(context)) {
    return DecisionBuilder::Deny(ErrorCode::kScopeNotFound, nullptr, policy::kNoCapability,
                                 nullptr);
  }
  const Result<json::Document> arguments = json::Parse(arguments_json, state_->limits);
  if (arguments) return Evaluate(context, tool, arguments->root());
  return DecisionBuilder::DenyText(arguments.error(), Find(context));
}

Explanation PolicySet::Explain(std::string_view context, std::string_view tool,
                               std::string_view arguments_json) const {
  Explanation explanation{Evaluate(context, tool, arguments_json), {}, {}};
  const auto found = Find(context);
  explanation.cause = found ? explanation.decision.reason() : state_->WhyUnknown(context);
  const Result<json::Document> arguments = json::Parse(arguments_json, state_->limits);
  if (explanation.decision.allowed() || !found || !arguments || !arguments->root().is_object()) {
    return explanation;
  }
  const json::Value object = arguments->root();
  policy::DenialCauses causes =
      policy::ExplainDenial(*found, tool, object, policy::Evaluate(*found, tool, object));
  explanation.cause = std::move(causes.cause);
  explanation.tried = std::move(causes.tried);
  return explanation;
}

std::vector<std::string> PolicySet::context_names() const {
  std::vector<std::string> names;
  for (const auto& [name, context] : state_->contexts) names.push_back(name);
  return names;
}

std::string_view PolicySet::Digest() const noexcept { return state_->digest; }

std::shared_ptr<const policy::Context> PolicySet::Find(std::string_view context) const noexcept {
  const auto found = state_->contexts.find(context);
  return found == state_->contexts.end() ? nullptr : found->second;
}

}  // namespace callgate
