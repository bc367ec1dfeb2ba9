// Security tokens and the keys of their issuers.
#include "callgate/token.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "addon.h"
#include "argument.h"
#include "elements.h"
#include "handle.h"
#include "keys.h"
#include "options.h"

namespace callgate::node {
namespace {

Napi::Value NewIssuerKeys(Napi::Env env, Result<IssuerKeys> keys) {
  if (!keys.ok()) return Throw(env, ErrorClass::kKeyFormatError, keys.error());
  const auto bytes = static_cast<std::int64_t>(keys->size() * 256);
  return Handle<IssuerKeys>::New(env, std::move(*keys), bytes);
}

// nullopt where they cannot be read.
std::optional<std::vector<PublicKey>> Keys(const Napi::Value& list) {
  std::vector<PublicKey> keys;
  const bool read =
      ForEach(list, [&](const Napi::Value& key) { keys.push_back(Handle<PublicKey>::Get(key)); });
  if (!read) return std::nullopt;
  return keys;
}

// issuerKeysFromIds(ids, keys), as many of either
Napi::Value FromIds(const Napi::CallbackInfo& info) {
  const std::optional<std::vector<PublicKey>> keys = Keys(info[1]);
  if (!keys) return {};
  std::vector<std::pair<std::string, PublicKey>> pairs;
  const bool read = ForEach(info[0], [&](const Napi::Value& id) {
    pairs.emplace_back(BytesArgument(id).view(), (*keys)[pairs.size()]);
  });
  if (!read) return {};
  return NewIssuerKeys(info.Env(), IssuerKeys::Create(std::move(pairs)));
}

// issuerKeysFromList(keys)
Napi::Value FromList(const Napi::CallbackInfo& info) {
  const std::optional<std::vector<PublicKey>> keys = Keys(info[0]);
  if (!keys) return {};
  return NewIssuerKeys(info.Env(), IssuerKeys::FromList(*keys));
}

Napi::Value FromJwks(const Napi::CallbackInfo& info) {
  return NewIssuerKeys(info.Env(), IssuerKeys::FromJwks(BytesArgument(info[0])));
}

Napi::Value ToJs(Napi::Env env, const TokenClaims& claims) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("subject", Text(env, claims.subject));
  object.Set("scope", Text(env, claims.scope));
  object.Set("id", TextOrNull(env, claims.id));
  object.Set("keyId", Text(env, claims.key_id));
  object.Set("keyThumbprint", TextOrNull(env, claims.key_thumbprint.value_or("")));
  object.Set("issuedAt", Milliseconds(env, claims.issued_at));
  object.Set("notBefore", claims.not_before ? Milliseconds(env, *claims.not_before) : env.Null());
  object.Set("expiresAt", Milliseconds(env, claims.expires_at));
  object.Set("json", Text(env, claims.json));
  return object;
}

// verifyToken(token, keys, now, issuer, audience, leeway, acceptAnyAudience)
Napi::Value Verify(const Napi::CallbackInfo& info) {
  TokenExpectations expectations;
  expectations.issuer = OptionalText(info[3]);
  expectations.audience = OptionalText(info[4]);
  expectations.leeway = DurationArgument<std::chrono::seconds>(info[5]);
  expectations.accept_any_audience = info[6].As<Napi::Boolean>().Value();
  const auto claims = VerifyToken(BytesArgument(info[0]), Handle<IssuerKeys>::Get(info[1]),
                                  TimeArgument(info[2]), expectations);
  if (!claims.ok()) return Throw(info.Env(), ErrorClass::kTokenError, claims.error());
  return ToJs(info.Env(), *claims);
}

TokenOptions Options(const Napi::Value& key_id, const Napi::Value& lifetime) {
  TokenOptions options;
  options.key_id = OptionalText(key_id);
  options.lifetime = DurationArgument<std::chrono::seconds>(lifetime);
  return options;
}

// issueToken(claims, key, now, kid, lifetime)
Napi::Value Issue(const Napi::CallbackInfo& info) {
  const auto token = IssueToken(BytesArgument(info[0]), *Handle<HeldSecretKey>::Get(info[1]),
                                TimeArgument(info[2]), Options(info[3], info[4]));
  if (!token.ok()) return Throw(info.Env(), ErrorClass::kTokenError, token.error());
  return Text(info.Env(), *token);
}

// tokenSigningInput(claims, now, kid, lifetime)
Napi::Value SigningInput(const Napi::CallbackInfo& info) {
  const auto input =
      TokenSigningInput(BytesArgument(info[0]), TimeArgument(info[1]), Options(info[2], info[3]));
  if (!input.ok()) return Throw(info.Env(), ErrorClass::kTokenError, input.error());
  return Bytes(info.Env(), *input);
}

// assembleToken(signingInput, 64 bytes)
Napi::Value Assemble(const Napi::CallbackInfo& info) {
  const BytesArgument bytes(info[1]);
  Signature signature;
  bytes.view().copy(reinterpret_cast<char*>(signature.data()), signature.size());
  const auto token = AssembleToken(BytesArgument(info[0]), signature);
  if (!token.ok()) return Throw(info.Env(), ErrorClass::kTokenError, token.error());
  return Text(info.Env(), *token);
}

}  // namespace

void RegisterToken(Napi::Object exports) {
  Export<FromIds>(exports, "issuerKeysFromIds");
  Export<FromList>(exports, "issuerKeysFromList");
  Export<FromJwks>(exports, "issuerKeysFromJwks");
  Export<Verify>(exports, "verifyToken");
  Export<Issue>(exports, "issueToken");
  Export<SigningInput>(exports, "tokenSigningInput");
  Export<Assemble>(exports, "assembleToken");
}

}  // namespace callgate::node
