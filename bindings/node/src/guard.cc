// The engine in a program that trusts its own caller.
#include "callgate/guard.h"

#include <memory>

#include "addon.h"
#include "argument.h"
#include "decision.h"
#include "handle.h"
#include "options.h"

namespace callgate::node {
namespace {

using HeldGuard = std::unique_ptr<Guard>;

// The guard that is a call's first argument.
Guard& GuardOf(const Napi::CallbackInfo& info) { return *Handle<HeldGuard>::Get(info[0]); }

// createGuard(policy, limits)
Napi::Value Create(const Napi::CallbackInfo& info) {
  constexpr std::int64_t kEmptyTable = 4 * 1024;
  return Handle<HeldGuard>::New(
      info.Env(), std::make_unique<Guard>(Handle<PolicySet>::Get(info[0]), LimitsArgument(info[1])),
      kEmptyTable);
}

// guardCheck(guard, subject, context, tool, arguments, now, block, slot)
Napi::Value Check(const Napi::CallbackInfo& info) {
  const BytesArgument subject(info[1]);
  const BytesArgument context(info[2]);
  const BytesArgument tool(info[3]);
  const BytesArgument arguments(info[4]);
  return Keep(info.Env(), info[6], info[7],
              GuardOf(info).Check(subject.view(), context.view(), tool.view(), arguments.view(),
                                  TimeArgument(info[5])));
}

// guardSetPolicy(guard, policy)
Napi::Value SetPolicy(const Napi::CallbackInfo& info) {
  GuardOf(info).SetPolicy(Handle<PolicySet>::Get(info[1]));
  return info.Env().Undefined();
}

// guardResetClock(guard, now)
Napi::Value ResetClock(const Napi::CallbackInfo& info) {
  const Result<void> reset = GuardOf(info).ResetClock(TimeArgument(info[1]));
  if (!reset.ok()) return Throw(info.Env(), ErrorClass::kCallgateError, reset.error());
  return info.Env().Undefined();
}

}  // namespace

void RegisterGuard(Napi::Object exports) {
  Export<Create>(exports, "createGuard");
  Export<Check>(exports, "guardCheck");
  Export<SetPolicy>(exports, "guardSetPolicy");
  Export<ResetClock>(exports, "guardResetClock");
}

}  // namespace callgate::node
