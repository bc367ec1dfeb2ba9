// MCP messages and the attestation that they carry.
#include "callgate/attestation_message.h"

#include "addon.h"
#include "argument.h"
#include "handle.h"
#include "options.h"

namespace callgate::node {
namespace {

const char* KindName(AttestedMessage::Kind kind) {
  switch (kind) {
    case AttestedMessage::Kind::kRequest:
      return "request";
    case AttestedMessage::Kind::kNotification:
      return "notification";
    case AttestedMessage::Kind::kResponse:
      return "response";
  }
  return "request";
}

std::string Sentence(const Error& error) {
  return error.where.empty() ? error.message : error.where + ": " + error.message;
}

// readAttestedMessage(json)
Napi::Value Read(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto message = ReadAttestedMessage(BytesArgument(info[0]));
  if (!message.ok()) return Throw(env, ErrorClass::kCallgateError, message.error());
  const auto text = [&](const std::optional<std::string>& value) -> Napi::Value {
    return value ? Text(env, *value) : env.Null();
  };
  Napi::Object object = Napi::Object::New(env);
  object.Set("kind", KindName(message->kind));
  object.Set("id", TextOrNull(env, message->id_json));
  object.Set("method", message->kind == AttestedMessage::Kind::kResponse
                           ? env.Null()
                           : Text(env, message->method));
  object.Set("era", message->era == AttestationEra::kModern ? "modern" : "legacy");
  object.Set("token", text(message->token));
  object.Set("proof", text(message->proof));
  object.Set("carrierFault", TextOrNull(env, message->carrier_fault));
  object.Set("requestHash",
             message->request_hash ? Bytes(env, AsBytes(*message->request_hash)) : env.Null());
  object.Set("unhashable",
             message->unhashable ? Text(env, Sentence(*message->unhashable)) : env.Null());
  const std::size_t bytes = sizeof(AttestedMessage) + message->method.size() +
                            message->token.value_or("").size() + message->proof.value_or("").size();
  object.Set("handle", Handle<AttestedMessage>::New(env, std::move(*message),
                                                    static_cast<std::int64_t>(bytes)));
  return object;
}

// attestationRequestHash(params, modern)
Napi::Value RequestHash(const Napi::CallbackInfo& info) {
  const AttestationEra era = Flag(info[1]) ? AttestationEra::kModern : AttestationEra::kLegacy;
  const auto hash = AttestationRequestHash(BytesArgument(info[0]), era);
  if (!hash.ok()) return Throw(info.Env(), ErrorClass::kJsonError, hash.error());
  return Bytes(info.Env(), AsBytes(*hash));
}

}  // namespace

void RegisterAttestationMessage(Napi::Object exports) {
  Export<Read>(exports, "readAttestedMessage");
  Export<RequestHash>(exports, "attestationRequestHash");
}

}  // namespace callgate::node
