// What every topic of the addon uses. Each thread that loads the addon has its own Napi::Env and
// its own AddonData; nothing is global, so worker threads do not meet here.
#ifndef CALLGATE_BINDINGS_NODE_ADDON_H_
#define CALLGATE_BINDINGS_NODE_ADDON_H_

#include <napi.h>

#include <string_view>

#include "callgate/error.h"

namespace callgate::node {

struct AddonData {
  Napi::FunctionReference make_error;  // of lib/errors.ts
};

// The class of lib/errors.ts that an error becomes: chosen by the function that was called; the
// code comes from the core.
enum class ErrorClass {
  kCallgateError,
  kEnvelopeError,
  kJsonError,
  kKeyFormatError,
  kPolicyError,
  kSessionError,
  kTokenError,
};

// Lets the JavaScript exception for `error` be pending and returns the empty value that a callback
// then returns.
Napi::Value Throw(Napi::Env env, ErrorClass error_class, const Error& error);

// The JavaScript exception for `error`, to be thrown or to reject a promise with.
Napi::Value MakeError(Napi::Env env, ErrorClass error_class, const Error& error);

// Thrown where a value is no object of the package, and caught in Export only. lib/ hands none
// over, but for a worker that is being terminated: what a function could not make there is
// undefined, and may reach the next before the thread stops.
struct NotOfThePackage {};

template <Napi::Value (*callback)(const Napi::CallbackInfo&)>
Napi::Value Guarded(const Napi::CallbackInfo& info) {
  try {
    return callback(info);
  } catch (const NotOfThePackage&) {
    napi_throw_type_error(info.Env(), nullptr, "an object of the package was expected");
    return {};
  }
}

template <Napi::Value (*callback)(const Napi::CallbackInfo&)>
void Export(Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New<Guarded<callback>>(exports.Env(), name));
}

// Values for JavaScript; always copies.
Napi::Value Text(Napi::Env env, std::string_view text);
Napi::Value TextOrNull(Napi::Env env, std::string_view text);  // null when empty
Napi::Value Bytes(Napi::Env env, std::string_view bytes);      // a Buffer

// The topics: each registers its functions.
void RegisterAttestation(Napi::Object exports);
void RegisterAttestationIssue(Napi::Object exports);
void RegisterAttestationMessage(Napi::Object exports);
void RegisterAttestationTrust(Napi::Object exports);
void RegisterAudit(Napi::Object exports);
void RegisterErrors(Napi::Object exports);
void RegisterDecision(Napi::Object exports);
void RegisterEnvelope(Napi::Object exports);
void RegisterGate(Napi::Object exports);
void RegisterGuard(Napi::Object exports);
void RegisterJson(Napi::Object exports);
void RegisterLimits(Napi::Object exports);
void RegisterPlan(Napi::Object exports);
void RegisterPolicy(Napi::Object exports);
void RegisterPolicyRelations(Napi::Object exports);
void RegisterPublicKey(Napi::Object exports);
void RegisterSecretKey(Napi::Object exports);
void RegisterSeenTable(Napi::Object exports);
void RegisterSession(Napi::Object exports);
void RegisterToken(Napi::Object exports);

}  // namespace callgate::node

#endif  // CALLGATE_BINDINGS_NODE_ADDON_H_
