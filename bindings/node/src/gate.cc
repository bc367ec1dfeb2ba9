// The gate: decisions about signed calls.
#include "callgate/gate.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "addon.h"
#include "argument.h"
#include "decision.h"
#include "elements.h"
#include "gate_handle.h"
#include "options.h"

namespace callgate::node {
namespace {

// createGate(policy, issuer keys, issuer, audience, leeway, acceptAnyAudience, window, limits)
Napi::Value Create(const Napi::CallbackInfo& info) {
  GateOptions options;
  options.token.issuer = OptionalText(info[2]);
  options.token.audience = OptionalText(info[3]);
  options.token.leeway = DurationArgument<std::chrono::seconds>(info[4]);
  options.token.accept_any_audience = info[5].As<Napi::Boolean>().Value();
  options.window = DurationArgument<std::chrono::milliseconds>(info[6]);
  options.limits = LimitsArgument(info[7]);
  auto gate = Gate::Create(Handle<PolicySet>::Get(info[0]), Handle<IssuerKeys>::Get(info[1]),
                           std::move(options));
  if (!gate.ok()) return Throw(info.Env(), ErrorClass::kCallgateError, gate.error());
  constexpr std::int64_t kEmptyTables = 64 * 1024;
  return Handle<HeldGate>::New(info.Env(), std::move(*gate), kEmptyTables);
}

// gateAuthorize(gate, data, now, block, slot)
Napi::Value Authorize(const Napi::CallbackInfo& info) {
  const BytesArgument data(info[1]);
  return Keep(info.Env(), info[3], info[4], GateOf(info).Authorize(data, TimeArgument(info[2])));
}

// gatePlan(gate, data, now)
Napi::Value MakePlan(const Napi::CallbackInfo& info) {
  constexpr std::int64_t kCall = 8 * 1024;
  const BytesArgument data(info[1]);
  return Handle<Plan>::New(info.Env(), GateOf(info).MakePlan(data, TimeArgument(info[2])), kCall);
}

Napi::Value SetPolicy(const Napi::CallbackInfo& info) {
  GateOf(info).SetPolicy(Handle<PolicySet>::Get(info[1]));
  return info.Env().Undefined();
}

// gateSetOfferedTools(gate, patterns or null)
Napi::Value SetOfferedTools(const Napi::CallbackInfo& info) {
  std::optional<std::vector<std::string>> patterns;
  if (!info[1].IsNull()) {
    patterns.emplace();
    const bool read = ForEach(info[1], [&](const Napi::Value& pattern) {
      patterns->emplace_back(BytesArgument(pattern).view());
    });
    if (!read) return {};
  }
  const Result<void> set = GateOf(info).SetOfferedTools(patterns);
  if (!set.ok()) return Throw(info.Env(), ErrorClass::kCallgateError, set.error());
  return info.Env().Undefined();
}

Napi::Value SetIssuerKeys(const Napi::CallbackInfo& info) {
  GateOf(info).SetIssuerKeys(Handle<IssuerKeys>::Get(info[1]));
  return info.Env().Undefined();
}

// gateResetClock(gate, now)
Napi::Value ResetClock(const Napi::CallbackInfo& info) {
  const auto effects = GateOf(info).ResetClock(TimeArgument(info[1]));
  if (!effects.ok()) return Throw(info.Env(), ErrorClass::kCallgateError, effects.error());
  return Bytes(info.Env(), *effects);
}

Napi::Value ExportState(const Napi::CallbackInfo& info) {
  return Bytes(info.Env(), GateOf(info).ExportState());
}

// gateRestoreState(gate, state, effects)
Napi::Value RestoreState(const Napi::CallbackInfo& info) {
  std::vector<std::string> effects;
  const bool read = ForEach(info[2], [&](const Napi::Value& record) {
    effects.emplace_back(BytesArgument(record).view());
  });
  if (!read) return {};
  const auto restored = GateOf(info).RestoreState(BytesArgument(info[1]), effects);
  if (!restored.ok()) return Throw(info.Env(), ErrorClass::kCallgateError, restored.error());
  return info.Env().Undefined();
}

}  // namespace

void RegisterGate(Napi::Object exports) {
  const auto window = static_cast<double>(kDefaultWindow.count());
  exports.Set("defaultWindow", Napi::Number::New(exports.Env(), window));
  Export<Create>(exports, "createGate");
  Export<Authorize>(exports, "gateAuthorize");
  Export<MakePlan>(exports, "gatePlan");
  Export<SetPolicy>(exports, "gateSetPolicy");
  Export<SetOfferedTools>(exports, "gateSetOfferedTools");
  Export<SetIssuerKeys>(exports, "gateSetIssuerKeys");
  Export<ResetClock>(exports, "gateResetClock");
  Export<ExportState>(exports, "gateExportState");
  Export<RestoreState>(exports, "gateRestoreState");
}

}  // namespace callgate::node
