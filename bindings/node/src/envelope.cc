// SMCP v1 and SEAL v1 envelopes.
#include "callgate/envelope.h"

#include "addon.h"
#include "argument.h"
#include "handle.h"
#include "keys.h"
#include "options.h"

namespace callgate::node {
namespace {

// createEnvelope(payload, token, key, now, seal)
Napi::Value Create(const Napi::CallbackInfo& info) {
  const Protocol protocol =
      info[4].As<Napi::Boolean>().Value() ? Protocol::kSealV1 : Protocol::kSmcpV1;
  const auto envelope =
      CreateEnvelope(BytesArgument(info[0]), BytesArgument(info[1]),
                     *Handle<HeldSecretKey>::Get(info[2]), TimeArgument(info[3]), protocol);
  if (!envelope.ok()) return Throw(info.Env(), ErrorClass::kEnvelopeError, envelope.error());
  return Bytes(info.Env(), *envelope);
}

// verifyEnvelope(data, key)
Napi::Value Verify(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const auto envelope = VerifyEnvelope(BytesArgument(info[0]), Handle<PublicKey>::Get(info[1]));
  if (!envelope.ok()) return Throw(env, ErrorClass::kEnvelopeError, envelope.error());
  Napi::Object object = Napi::Object::New(env);
  object.Set("payload", Text(env, envelope->payload));
  object.Set("timestamp", Milliseconds(env, envelope->timestamp));
  object.Set("securityToken", Text(env, envelope->security_token));
  object.Set("protocol", Text(env, ProtocolName(envelope->protocol)));
  return object;
}

}  // namespace

void RegisterEnvelope(Napi::Object exports) {
  Export<Create>(exports, "createEnvelope");
  Export<Verify>(exports, "verifyEnvelope");
}

}  // namespace callgate::node
