// Plans: the pure half of a decision, for ledgers that live elsewhere.
#include <chrono>
#include <string>
#include <utility>

#include "addon.h"
#include "argument.h"
#include "callgate/gate.h"
#include "decision.h"
#include "elements.h"
#include "handle.h"
#include "keys.h"
#include "options.h"

namespace callgate::node {
namespace {

Plan& PlanOf(const Napi::CallbackInfo& info) { return Handle<Plan>::Get(info[0]); }

// [public key, signature], or null.
Napi::Value TheReplayKey(const Napi::CallbackInfo& info) {
  const auto key = PlanOf(info).replay_key();
  if (!key) return info.Env().Null();
  Napi::Array pair = Napi::Array::New(info.Env(), 2);
  pair.Set(0u, NewPublicKey(info.Env(), key->public_key));
  pair.Set(1u, Bytes(info.Env(), AsBytes(key->signature)));
  return pair;
}

Napi::Value Sessions(const Napi::CallbackInfo& info) {
  Napi::Array ids = Napi::Array::New(info.Env());
  for (const std::string& id : PlanOf(info).sessions()) ids.Set(ids.Length(), Text(info.Env(), id));
  return ids;
}

Napi::Value Timestamp(const Napi::CallbackInfo& info) {
  const Plan& plan = PlanOf(info);
  if (!plan.replay_key()) return info.Env().Null();
  return Milliseconds(info.Env(), plan.timestamp());
}

Napi::Value Window(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(PlanOf(info).window().count()));
}

Napi::Value Charges(const Napi::CallbackInfo& info) {
  Napi::Array lists = Napi::Array::New(info.Env());
  for (const auto& list : PlanOf(info).charges()) {
    lists.Set(lists.Length(), ToJs(info.Env(), list));
  }
  return lists;
}

// planFinish(plan, outcome, taken or milliseconds, block, slot). An outcome that is not known is a
// ledger that did not answer.
Napi::Value Finish(const Napi::CallbackInfo& info) {
  Outcome outcome = Unavailable{};
  const std::string name = info[1].As<Napi::String>().Utf8Value();
  if (name == "committed") {
    Committed committed;
    const bool read = ForEach(info[2], [&](const Napi::Value& position) {
      committed.taken.push_back(position.As<Napi::Number>().Uint32Value());
    });
    if (!read) return {};
    outcome = std::move(committed);
  } else if (name == "alreadySeen") {
    outcome = AlreadySeen{};
  } else if (name == "rateLimited") {
    outcome = RateLimited{DurationArgument<std::chrono::milliseconds>(info[2])};
  } else if (name == "sessionInactive") {
    outcome = SessionInactive{};
  } else if (name == "full") {
    outcome = Full{};
  }
  return Keep(info.Env(), info[3], info[4], PlanOf(info).Finish(outcome));
}

}  // namespace

void RegisterPlan(Napi::Object exports) {
  Export<TheReplayKey>(exports, "planReplayKey");
  Export<Sessions>(exports, "planSessions");
  Export<Timestamp>(exports, "planTimestamp");
  Export<Window>(exports, "planWindow");
  Export<Charges>(exports, "planCharges");
  Export<Finish>(exports, "planFinish");
}

}  // namespace callgate::node
