// Ed25519 secret keys. A closed key has no handle in JavaScript any more, so none is seen here.
#include <cstdint>
#include <utility>

#include "addon.h"
#include "argument.h"
#include "callgate/crypto.h"
#include "handle.h"
#include "keys.h"

namespace callgate::node {
namespace {

// libsodium surrounds each locked allocation with three guard pages.
constexpr std::int64_t kLockedBytes = 4 * 4096;

SecretKey& Key(const Napi::CallbackInfo& info) { return *Handle<HeldSecretKey>::Get(info[0]); }

Napi::Value New(Napi::Env env, SecretKey key) {
  return Handle<HeldSecretKey>::New(env, std::move(key), kLockedBytes);
}

Napi::Value Generate(const Napi::CallbackInfo& info) {
  return New(info.Env(), SecretKey::Generate());
}

template <Result<SecretKey> (*import)(std::string_view)>
Napi::Value Import(const Napi::CallbackInfo& info) {
  auto key = import(SecretArgument(info[0]).view());
  if (!key.ok()) return Throw(info.Env(), ErrorClass::kKeyFormatError, key.error());
  return New(info.Env(), std::move(*key));
}

Napi::Value ToBytes(const Napi::CallbackInfo& info) {
  return Bytes(info.Env(), Key(info).ToBytes().view());
}

template <SecretBytes (SecretKey::*write)() const>
Napi::Value Write(const Napi::CallbackInfo& info) {
  return Text(info.Env(), (Key(info).*write)().view());
}

Napi::Value ThePublicKey(const Napi::CallbackInfo& info) {
  return NewPublicKey(info.Env(), Key(info).public_key());
}

// sign(key, message)
Napi::Value Sign(const Napi::CallbackInfo& info) {
  const BytesArgument message(info[1]);
  return Bytes(info.Env(), AsBytes(Key(info).Sign(message)));
}

// Erases the key at once, not when the collector comes by.
Napi::Value Close(const Napi::CallbackInfo& info) {
  Handle<HeldSecretKey>::Get(info[0]).reset();
  return info.Env().Undefined();
}

}  // namespace

void RegisterSecretKey(Napi::Object exports) {
  Export<Generate>(exports, "secretKeyGenerate");
  Export<Import<SecretKey::FromBytes>>(exports, "secretKeyFromBytes");
  Export<Import<SecretKey::FromJwk>>(exports, "secretKeyFromJwk");
  Export<Import<SecretKey::FromPem>>(exports, "secretKeyFromPem");
  Export<ToBytes>(exports, "secretKeyToBytes");
  Export<Write<&SecretKey::ToJwk>>(exports, "secretKeyToJwk");
  Export<Write<&SecretKey::ToPem>>(exports, "secretKeyToPem");
  Export<ThePublicKey>(exports, "secretKeyPublicKey");
  Export<Sign>(exports, "secretKeySign");
  Export<Close>(exports, "secretKeyClose");
}

}  // namespace callgate::node
