// Sessions of a gate.
#include <optional>
#include <string>
#include <string_view>

#include "addon.h"
#include "argument.h"
#include "callgate/gate.h"
#include "gate_handle.h"
#include "keys.h"
#include "options.h"

namespace callgate::node {
namespace {

const char* StateName(SessionState state) {
  switch (state) {
    case SessionState::kOpen:
      return "open";
    case SessionState::kEnded:
      return "ended";
    case SessionState::kRevoked:
      return "revoked";
  }
  return "revoked";
}

Napi::Value ToJs(Napi::Env env, const Session& session) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("id", Text(env, session.id));
  object.Set("subject", Text(env, session.subject));
  object.Set("context", Text(env, session.context));
  object.Set("publicKey", NewPublicKey(env, session.public_key));
  object.Set("parent", session.parent ? Text(env, *session.parent) : env.Null());
  object.Set("root", Text(env, session.root));
  object.Set("state", StateName(session.state));
  object.Set("expiresAt", Milliseconds(env, session.expires_at));
  object.Set("effects", Bytes(env, session.effects));
  return object;
}

Napi::Value SessionOrThrow(Napi::Env env, const Result<Session>& session) {
  if (!session.ok()) return Throw(env, ErrorClass::kSessionError, session.error());
  return ToJs(env, *session);
}

// gateOpenSession(gate, token, public key, parent, now)
Napi::Value Open(const Napi::CallbackInfo& info) {
  const BytesArgument token(info[1]);
  const auto parent = OptionalText(info[3]);
  return SessionOrThrow(
      info.Env(),
      GateOf(info).OpenSession(token, Handle<PublicKey>::Get(info[2]),
                               parent ? std::optional<std::string_view>(*parent) : std::nullopt,
                               TimeArgument(info[4])));
}

// gateRenewSession(gate, id, token, now)
Napi::Value Renew(const Napi::CallbackInfo& info) {
  return SessionOrThrow(info.Env(),
                        GateOf(info).RenewSession(BytesArgument(info[1]), BytesArgument(info[2]),
                                                  TimeArgument(info[3])));
}

template <Result<Session> (Gate::*finish)(std::string_view)>
Napi::Value Finish(const Napi::CallbackInfo& info) {
  return SessionOrThrow(info.Env(), (GateOf(info).*finish)(BytesArgument(info[1])));
}

// gateFindSession(gate, id): null where there is none.
Napi::Value Find(const Napi::CallbackInfo& info) {
  const auto session = GateOf(info).FindSession(BytesArgument(info[1]));
  return session ? ToJs(info.Env(), *session) : info.Env().Null();
}

// gateIsOpen(gate, id)
Napi::Value IsOpen(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), GateOf(info).IsOpen(BytesArgument(info[1])));
}

}  // namespace

void RegisterSession(Napi::Object exports) {
  Export<Open>(exports, "gateOpenSession");
  Export<Renew>(exports, "gateRenewSession");
  Export<Finish<&Gate::EndSession>>(exports, "gateEndSession");
  Export<Finish<&Gate::RevokeSession>>(exports, "gateRevokeSession");
  Export<Find>(exports, "gateFindSession");
  Export<IsOpen>(exports, "gateIsOpen");
}

}  // namespace callgate::node
