// Ed25519 public keys.
#include "addon.h"
#include "argument.h"
#include "callgate/crypto.h"
#include "handle.h"
#include "keys.h"

namespace callgate::node {
namespace {

template <Result<PublicKey> (*import)(std::string_view)>
Napi::Value Import(const Napi::CallbackInfo& info) {
  auto key = import(BytesArgument(info[0]));
  if (!key.ok()) return Throw(info.Env(), ErrorClass::kKeyFormatError, key.error());
  return NewPublicKey(info.Env(), *key);
}

template <std::string (PublicKey::*write)() const>
Napi::Value Write(const Napi::CallbackInfo& info) {
  return Text(info.Env(), (Handle<PublicKey>::Get(info[0]).*write)());
}

Napi::Value ToBytes(const Napi::CallbackInfo& info) {
  return Bytes(info.Env(), AsBytes(Handle<PublicKey>::Get(info[0]).bytes()));
}

// verify(key, signature, message)
Napi::Value Verify(const Napi::CallbackInfo& info) {
  const BytesArgument signature(info[1]);
  const BytesArgument message(info[2]);
  return Napi::Boolean::New(info.Env(), Handle<PublicKey>::Get(info[0]).Verify(signature, message));
}

// verifyRaw(32 bytes, signature, message)
Napi::Value VerifyRaw(const Napi::CallbackInfo& info) {
  const BytesArgument key(info[0]);
  const BytesArgument signature(info[1]);
  const BytesArgument message(info[2]);
  return Napi::Boolean::New(info.Env(), Ed25519Verify(key, signature, message));
}

}  // namespace

Napi::Value NewPublicKey(Napi::Env env, const PublicKey& key) {
  return Handle<PublicKey>::New(env, key, sizeof(PublicKey));
}

void RegisterPublicKey(Napi::Object exports) {
  Export<Import<PublicKey::FromBytes>>(exports, "publicKeyFromBytes");
  Export<Import<PublicKey::FromBase64>>(exports, "publicKeyFromBase64");
  Export<Import<PublicKey::FromJwk>>(exports, "publicKeyFromJwk");
  Export<Import<PublicKey::FromPem>>(exports, "publicKeyFromPem");
  Export<ToBytes>(exports, "publicKeyToBytes");
  Export<Write<&PublicKey::ToBase64>>(exports, "publicKeyToBase64");
  Export<Write<&PublicKey::ToJwk>>(exports, "publicKeyToJwk");
  Export<Write<&PublicKey::ToPem>>(exports, "publicKeyToPem");
  Export<Write<&PublicKey::Thumbprint>>(exports, "publicKeyThumbprint");
  Export<Verify>(exports, "publicKeyVerify");
  Export<VerifyRaw>(exports, "verifyRaw");
}

}  // namespace callgate::node
