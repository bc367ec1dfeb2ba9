// The table of contents of the addon. lib/native.ts declares the same functions, and only the
// package has them: lib/ checks what users pass, so types are not checked again here.
#include "addon.h"

namespace callgate::node {
namespace {

Napi::Object Register(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new AddonData);
  exports.Set("version", Napi::String::New(env, CALLGATE_VERSION));
  RegisterErrors(exports);
  RegisterLimits(exports);
  RegisterJson(exports);
  RegisterPublicKey(exports);
  RegisterSecretKey(exports);
  RegisterToken(exports);
  RegisterEnvelope(exports);
  RegisterDecision(exports);
  RegisterPolicy(exports);
  RegisterPolicyRelations(exports);
  RegisterGate(exports);
  RegisterGuard(exports);
  RegisterSession(exports);
  RegisterPlan(exports);
  RegisterAudit(exports);
  RegisterSeenTable(exports);
  RegisterAttestationTrust(exports);
  RegisterAttestationMessage(exports);
  RegisterAttestation(exports);
  RegisterAttestationIssue(exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(callgate, Register)

}  // namespace callgate::node
