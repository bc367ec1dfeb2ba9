// Attestation tokens and proofs of possession, made.
#include "callgate/attestation_issue.h"

#include <chrono>
#include <string>

#include "addon.h"
#include "argument.h"
#include "handle.h"
#include "keys.h"
#include "options.h"

namespace callgate::node {
namespace {

AttestationIssueOptions Options(const Napi::Value& key_id, const Napi::Value& lifetime) {
  return {.key_id = OptionalText(key_id).value_or(""),
          .lifetime = DurationArgument<std::chrono::seconds>(lifetime)};
}

Napi::Value TextOrThrow(Napi::Env env, const Result<std::string>& text) {
  if (!text.ok()) return Throw(env, ErrorClass::kTokenError, text.error());
  return Text(env, *text);
}

Napi::Value BytesOrThrow(Napi::Env env, const Result<std::string>& bytes) {
  if (!bytes.ok()) return Throw(env, ErrorClass::kTokenError, bytes.error());
  return Bytes(env, *bytes);
}

// issueAttestation(claims, key, now, kid, lifetime)
Napi::Value Issue(const Napi::CallbackInfo& info) {
  return TextOrThrow(info.Env(),
                     IssueAttestation(BytesArgument(info[0]), *Handle<HeldSecretKey>::Get(info[1]),
                                      TimeArgument(info[2]), Options(info[3], info[4])));
}

// attestationSigningInput(claims, now, kid, lifetime)
Napi::Value SigningInput(const Napi::CallbackInfo& info) {
  return BytesOrThrow(info.Env(),
                      AttestationSigningInput(BytesArgument(info[0]), TimeArgument(info[1]),
                                              Options(info[2], info[3])));
}

// issueRequestProof(token, audience, method, request hash, key, now)
Napi::Value IssueProof(const Napi::CallbackInfo& info) {
  return TextOrThrow(
      info.Env(), IssueRequestProof(BytesArgument(info[0]), BytesArgument(info[1]),
                                    BytesArgument(info[2]), DigestArgument(info[3]),
                                    *Handle<HeldSecretKey>::Get(info[4]), TimeArgument(info[5])));
}

// requestProofSigningInput(token, audience, method, request hash, now)
Napi::Value ProofSigningInput(const Napi::CallbackInfo& info) {
  return BytesOrThrow(info.Env(),
                      RequestProofSigningInput(BytesArgument(info[0]), BytesArgument(info[1]),
                                               BytesArgument(info[2]), DigestArgument(info[3]),
                                               TimeArgument(info[4])));
}

// assembleAttestation(signing input, 64 bytes)
Napi::Value Assemble(const Napi::CallbackInfo& info) {
  const BytesArgument bytes(info[1]);
  Signature signature{};
  bytes.view().copy(reinterpret_cast<char*>(signature.data()), signature.size());
  return TextOrThrow(info.Env(), AssembleAttestation(BytesArgument(info[0]), signature));
}

}  // namespace

void RegisterAttestationIssue(Napi::Object exports) {
  Export<Issue>(exports, "issueAttestation");
  Export<SigningInput>(exports, "attestationSigningInput");
  Export<IssueProof>(exports, "issueRequestProof");
  Export<ProofSigningInput>(exports, "requestProofSigningInput");
  Export<Assemble>(exports, "assembleAttestation");
}

}  // namespace callgate::node
