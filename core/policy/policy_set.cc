#include "callgate/policy.h"
#include "core/base/hex.h"
#include "core/json/object_writer.h"
#include "core/policy/decision_record.h"
#include "core/policy/document/context_writer.h"
#include "core/policy/document/read_policy.h"
#include "core/policy/evaluate/compiled_context.h"
#include "core/policy/policy_set_state.h"

namespace callgate {
namespace {

Result<std::shared_ptr<PolicySet::State>> BuildState(std::vector<policy::Context> contexts,
                                                     const Limits& limits) {
  auto state = std::make_shared<PolicySet::State>();
  state->limits = limits;
  for (policy::Context& context : contexts) {
    if (state->contexts.contains(context.name)) {
      const policy::SourcePosition& at = context.position;
      return Error{ErrorCode::kInvalidPolicy,
                   "expected a name that no other context has, found a second " + context.name,
                   policy::Where(at)};
    }
    std::string name = context.name;
    context.json = policy::DecisiveJson(context);
    state->contexts.emplace(std::move(name), policy::Compile(std::move(context)));
  }
  std::string all;
  json::WriteList(state->contexts, all, [&](const auto& named) { all += named.second->json; });
  state->digest = base::ToHex(Sha256(all));
  return state;
}

}  // namespace

Result<PolicySet> PolicySet::Parse(std::string_view text, std::string_view filename,
                                   const Limits& limits) {
  std::vector<policy::Context> contexts;
  if (auto read = policy::ReadPolicy(text, filename, limits, contexts); !read) return read.error();
  auto state = BuildState(std::move(contexts), limits);
  if (!state) return std::move(state).error();
  return PolicySet(std::move(*state));
}

Result<PolicySet> PolicySet::Load(const std::string& path, const Limits& limits) {
  std::vector<policy::Context> contexts;
  if (auto read = policy::ReadPolicyFiles(path, limits, contexts); !read) return read.error();
  auto state = BuildState(std::move(contexts), limits);
  if (!state) return std::move(state).error();
  return PolicySet(std::move(*state));
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
