#include "decision.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "addon.h"
#include "argument.h"
#include "handle.h"
#include "keys.h"

namespace callgate::node {
namespace {

using node::ToJs;

// In a decision as one number, room for every code and for none (`PackedDecision` in native.ts).
constexpr std::uint32_t kCodesInPacked = 64;
constexpr int kNumbers[] = {
#define CALLGATE_ERROR_CODE(constant, name, smcp, seal, when) (smcp),
#include "callgate/error_codes.inc"
#undef CALLGATE_ERROR_CODE
};
static_assert(std::size(kNumbers) < kCodesInPacked);

Napi::Value ToJs(Napi::Env env, std::string_view text) { return TextOrNull(env, text); }

Napi::Value ToJs(Napi::Env env, std::chrono::milliseconds time) {
  return Napi::Number::New(env, static_cast<double>(time.count()));
}

Napi::Value ToJs(Napi::Env env, std::uint64_t number) {
  return Napi::Number::New(env, static_cast<double>(number));
}

Napi::Value ToJs(Napi::Env env, const PublicKey& key) { return NewPublicKey(env, key); }

template <std::size_t N>
Napi::Value ToJs(Napi::Env env, const std::array<std::uint8_t, N>& bytes) {
  return Bytes(env, AsBytes(bytes));
}

template <typename T>
Napi::Value ToJs(Napi::Env env, const std::optional<T>& value) {
  return value ? ToJs(env, *value) : env.Null();
}

Napi::Value ToJs(Napi::Env env, const TriedCapability& tried) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("capability", static_cast<double>(tried.capability));
  object.Set("code", CodeNumber(tried.code));
  object.Set("codeName", Text(env, CodeName(tried.code)));
  object.Set("rule", Text(env, tried.rule));
  object.Set("where", TextOrNull(env, tried.where));
  return object;
}

Napi::Value ToJs(Napi::Env env, const RateCharge& charge) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("key", Text(env, charge.Key()));
  object.Set("calls", static_cast<double>(charge.calls));
  object.Set("perSeconds", static_cast<double>(charge.per_seconds));
  return object;
}

template <typename T>
Napi::Value ArrayOf(Napi::Env env, const std::vector<T>& values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    array.Set(static_cast<std::uint32_t>(i), ToJs(env, values[i]));
  }
  return array;
}

Napi::Value ToJs(Napi::Env env, const std::vector<TriedCapability>& tried) {
  return ArrayOf(env, tried);
}

// What a block's decisions keep alive is told to the garbage collector once, when it is full:
// telling it of each would cost more than the decision.
void Account(Napi::Env env, const Napi::Value& external, const DecisionBlock& block) {
  std::int64_t bytes = 0;
  for (const Decision& decision : block) {
    // A denial by policy has a record, one before the signature verified its envelope; a call of a
    // gate also its message, several times the payload of which it is made.
    if (!decision.allowed()) bytes += 1024;
    bytes += static_cast<std::int64_t>(3 * decision.payload().size());
  }
  if (bytes > 0) Handle<DecisionBlock>::Grow(env, external, bytes);
}

Napi::Value NewBlock(const Napi::CallbackInfo& info) {
  return Handle<DecisionBlock>::New(info.Env(), DecisionBlock(), sizeof(DecisionBlock));
}

const Decision& Kept(const Napi::CallbackInfo& info) {
  return Handle<DecisionBlock>::Get(info[0])[info[1].As<Napi::Number>().Uint32Value()];
}

// Reads one member of a decision, (block, slot).
template <auto member>
Napi::Value Read(const Napi::CallbackInfo& info) {
  return ToJs(info.Env(), (Kept(info).*member)());
}

Napi::Value Effects(const Napi::CallbackInfo& info) {
  return Bytes(info.Env(), Kept(info).effects());
}

// decisionCheckResponse(block, slot, result, block for the answer, slot for the answer)
Napi::Value CheckResponse(const Napi::CallbackInfo& info) {
  return Keep(info.Env(), info[3], info[4], Kept(info).CheckResponse(BytesArgument(info[2])));
}

}  // namespace

Napi::Value ToJs(Napi::Env env, const std::vector<RateCharge>& charges) {
  return ArrayOf(env, charges);
}

Napi::Value Keep(Napi::Env env, const Napi::Value& block, const Napi::Value& slot,
                 Decision decision) {
  const auto code = decision.code();
  const auto capability = decision.capability();
  const std::uint32_t packed =
      (code ? static_cast<std::uint32_t>(*code) + 1 : 0) +
      kCodesInPacked * static_cast<std::uint32_t>(capability.value_or(-1) + 1);
  const std::uint32_t index = slot.As<Napi::Number>().Uint32Value();
  DecisionBlock& decisions = Handle<DecisionBlock>::Get(block);
  decisions[index] = std::move(decision);
  if (index == decisions.size() - 1) Account(env, block, decisions);
  return Napi::Number::New(env, packed);
}

void RegisterDecision(Napi::Object exports) {
  exports.Set("decisionsInBlock", static_cast<double>(DecisionBlock().size()));
  exports.Set("codesInPacked", static_cast<double>(kCodesInPacked));
  Export<NewBlock>(exports, "newDecisionBlock");
  Export<Read<&Decision::reason>>(exports, "decisionReason");
  Export<Read<&Decision::rule>>(exports, "decisionRule");
  Export<Read<&Decision::details>>(exports, "decisionDetails");
  Export<Read<&Decision::charges>>(exports, "decisionCharges");
  Export<Read<&Decision::payload>>(exports, "decisionPayload");
  Export<Read<&Decision::signed_payload>>(exports, "decisionSignedPayload");
  Export<Read<&Decision::timestamp>>(exports, "decisionTimestamp");
  Export<Read<&Decision::token_digest>>(exports, "decisionTokenDigest");
  Export<Read<&Decision::envelope_digest>>(exports, "decisionEnvelopeDigest");
  Export<Read<&Decision::session_id>>(exports, "decisionSessionId");
  Export<Read<&Decision::subject>>(exports, "decisionSubject");
  Export<Read<&Decision::context>>(exports, "decisionContext");
  Export<Read<&Decision::method>>(exports, "decisionMethod");
  Export<Read<&Decision::tool>>(exports, "decisionTool");
  Export<Read<&Decision::request_id>>(exports, "decisionRequestId");
  Export<Read<&Decision::arguments>>(exports, "decisionArguments");
  Export<Read<&Decision::public_key>>(exports, "decisionPublicKey");
  Export<Read<&Decision::signature>>(exports, "decisionSignature");
  Export<Read<&Decision::message_digest>>(exports, "decisionMessageDigest");
  Export<Read<&Decision::policy_digest>>(exports, "decisionPolicyDigest");
  Export<Read<&Decision::charged>>(exports, "decisionCharged");
  Export<Read<&Decision::max_response_size>>(exports, "decisionMaxResponseSize");
  Export<Read<&Decision::retry_after>>(exports, "decisionRetryAfter");
  Export<Read<&Decision::cause>>(exports, "decisionCause");
  Export<Effects>(exports, "decisionEffects");
  Export<CheckResponse>(exports, "decisionCheckResponse");
}

}  // namespace callgate::node
