// What contexts say of each other and of themselves.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "addon.h"
#include "argument.h"
#include "callgate/policy.h"
#include "elements.h"
#include "handle.h"
#include "options.h"

namespace callgate::node {
namespace {

const PolicySet& Policy(const Napi::Value& handle) { return Handle<PolicySet>::Get(handle); }

Napi::Value ToJs(Napi::Env env, const std::optional<Witness>& witness) {
  if (!witness) return env.Null();
  Napi::Object object = Napi::Object::New(env);
  object.Set("tool", Text(env, witness->tool));
  object.Set("arguments", Text(env, witness->arguments));
  return object;
}

Napi::Value ToJs(Napi::Env env, const std::optional<std::string>& text) {
  return text ? Text(env, *text) : env.Null();
}

Napi::Value ToJs(Napi::Env env, const PolicyChange& change) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("effect", Text(env, NameOf(change.effect)));
  object.Set("becameAllowed", change.became_allowed);
  object.Set("capability", change.capability
                               ? Napi::Number::New(env, static_cast<double>(*change.capability))
                               : env.Null());
  object.Set("toolPattern", Text(env, change.tool_pattern));
  object.Set("witness", ToJs(env, change.witness));
  object.Set("reason", TextOrNull(env, change.reason));
  object.Set("keyword", Text(env, change.keyword));
  object.Set("argument", Text(env, change.argument));
  object.Set("before", ToJs(env, change.before));
  object.Set("after", ToJs(env, change.after));
  return object;
}

Napi::Value ToJs(Napi::Env env, const LintWarning& warning) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("rule", Text(env, warning.rule));
  object.Set("level", Text(env, LintLevelName(warning.level)));
  object.Set("context", Text(env, warning.context));
  object.Set("capability", warning.capability
                               ? Napi::Number::New(env, static_cast<double>(*warning.capability))
                               : env.Null());
  object.Set("message", Text(env, warning.message));
  object.Set("where", TextOrNull(env, warning.where));
  return object;
}

Napi::Value ToJs(Napi::Env env, const LoadFault& fault) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("where", Text(env, fault.where));
  object.Set("line", static_cast<double>(fault.line));
  object.Set("column", static_cast<double>(fault.column));
  object.Set("rule", Text(env, fault.rule));
  object.Set("found", Text(env, fault.found));
  object.Set("message", Text(env, fault.message));
  return object;
}

Napi::Value ToJs(Napi::Env env, const std::string& text) { return Text(env, text); }

template <typename T>
Napi::Value ArrayOf(Napi::Env env, const std::vector<T>& values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  std::uint32_t i = 0;
  for (const T& value : values) array.Set(i++, ToJs(env, value));
  return array;
}

// policyContains(policy, parent, child)
Napi::Value Contains(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const auto answer = Policy(info[0]).Contains(BytesArgument(info[1]), BytesArgument(info[2]));
  if (!answer.ok()) return Throw(env, ErrorClass::kPolicyError, answer.error());
  Napi::Object object = Napi::Object::New(env);
  object.Set("contained", answer->contained);
  object.Set("witness", ToJs(env, answer->witness));
  object.Set("reason", TextOrNull(env, answer->reason));
  return object;
}

// policyDiff(policy, context, other policy, other context)
Napi::Value Diff(const Napi::CallbackInfo& info) {
  const auto diff =
      Policy(info[0]).Diff(BytesArgument(info[1]), Policy(info[2]), BytesArgument(info[3]));
  if (!diff.ok()) return Throw(info.Env(), ErrorClass::kPolicyError, diff.error());
  return ArrayOf(info.Env(), diff->changes);
}

// policyCouldAllow(policy, context, tools)
Napi::Value CouldAllow(const Napi::CallbackInfo& info) {
  std::vector<std::string> tools;
  const bool read = ForEach(
      info[2], [&](const Napi::Value& tool) { tools.emplace_back(BytesArgument(tool).view()); });
  if (!read) return {};
  const auto possible = Policy(info[0]).CouldAllow(BytesArgument(info[1]), tools);
  if (!possible.ok()) return Throw(info.Env(), ErrorClass::kPolicyError, possible.error());
  return ArrayOf(info.Env(), *possible);
}

Napi::Value Lint(const Napi::CallbackInfo& info) {
  return ArrayOf(info.Env(), Policy(info[0]).Lint());
}

// policyCheck(text, filename, limits)
Napi::Value Check(const Napi::CallbackInfo& info) {
  return ArrayOf(info.Env(), PolicySet::Check(BytesArgument(info[0]), BytesArgument(info[1]),
                                              LimitsArgument(info[2])));
}

// policyCheckFiles(path, limits)
Napi::Value CheckFiles(const Napi::CallbackInfo& info) {
  const std::string path(BytesArgument(info[0]).view());
  return ArrayOf(info.Env(), PolicySet::CheckFiles(path, LimitsArgument(info[1])));
}

// policyExplain(policy, context, tool, arguments): the cause, and why each that was tried did not
Napi::Value Explain(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const Explanation explanation = Policy(info[0]).Explain(
      BytesArgument(info[1]), BytesArgument(info[2]), BytesArgument(info[3]));
  Napi::Object object = Napi::Object::New(env);
  object.Set("cause", Text(env, explanation.cause));
  object.Set("tried", ArrayOf(env, explanation.tried));
  return object;
}

}  // namespace

void RegisterPolicyRelations(Napi::Object exports) {
  Export<Check>(exports, "policyCheck");
  Export<CheckFiles>(exports, "policyCheckFiles");
  Export<Explain>(exports, "policyExplain");
  Export<Contains>(exports, "policyContains");
  Export<Diff>(exports, "policyDiff");
  Export<CouldAllow>(exports, "policyCouldAllow");
  Export<Lint>(exports, "policyLint");
}

}  // namespace callgate::node
