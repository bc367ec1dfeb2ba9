// SecurityContexts.
#include "callgate/policy.h"

#include <string>
#include <utility>

#include "addon.h"
#include "argument.h"
#include "decision.h"
#include "handle.h"
#include "options.h"
#include "policy_set.h"

namespace callgate::node {
namespace {

const PolicySet& Policy(const Napi::CallbackInfo& info) { return Handle<PolicySet>::Get(info[0]); }

// policyParse(text, filename, limits)
Napi::Value Parse(const Napi::CallbackInfo& info) {
  const BytesArgument text(info[0]);
  auto policy = PolicySet::Parse(text, BytesArgument(info[1]), LimitsArgument(info[2]));
  if (!policy.ok()) return Throw(info.Env(), ErrorClass::kPolicyError, policy.error());
  return NewPolicySet(info.Env(), std::move(*policy));
}

// policyLoadSync(path, limits)
Napi::Value LoadSync(const Napi::CallbackInfo& info) {
  const std::string path(BytesArgument(info[0]).view());
  auto policy = PolicySet::Load(path, LimitsArgument(info[1]));
  if (!policy.ok()) return Throw(info.Env(), ErrorClass::kPolicyError, policy.error());
  return NewPolicySet(info.Env(), std::move(*policy));
}

// policyEvaluate(policy, context, tool, arguments, block, slot)
Napi::Value Evaluate(const Napi::CallbackInfo& info) {
  const BytesArgument context(info[1]);
  const BytesArgument tool(info[2]);
  const BytesArgument arguments(info[3]);
  return Keep(info.Env(), info[4], info[5],
              Policy(info).Evaluate(context.view(), tool.view(), arguments.view()));
}

Napi::Value ContextNames(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Napi::Array names = Napi::Array::New(env);
  for (const std::string& name : Policy(info).context_names()) {
    names.Set(names.Length(), Text(env, name));
  }
  return names;
}

Napi::Value Digest(const Napi::CallbackInfo& info) {
  return Text(info.Env(), Policy(info).Digest());
}

}  // namespace

Napi::Value NewPolicySet(Napi::Env env, PolicySet policy) {
  // A rough figure: what a set holds is not known, what a compiled context takes at least is.
  const auto bytes = static_cast<std::int64_t>(policy.context_names().size() * 4096);
  return Handle<PolicySet>::New(env, std::move(policy), bytes);
}

void RegisterPolicy(Napi::Object exports) {
  Export<Parse>(exports, "policyParse");
  Export<LoadSync>(exports, "policyLoadSync");
  Export<PolicyLoad>(exports, "policyLoad");
  Export<Evaluate>(exports, "policyEvaluate");
  Export<ContextNames>(exports, "policyContextNames");
  Export<Digest>(exports, "policyDigest");
}

}  // namespace callgate::node
