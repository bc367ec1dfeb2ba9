// Verification of attestation tokens.
#include "attestation.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "addon.h"
#include "argument.h"
#include "callgate/attestation_verifier.h"
#include "elements.h"
#include "handle.h"
#include "keys.h"
#include "options.h"

namespace callgate::node {
namespace {

AttestationPolicy PolicyFromName(std::string_view name) {
  if (name == "preferred") return AttestationPolicy::kPreferred;
  if (name == "optional") return AttestationPolicy::kOptional;
  return AttestationPolicy::kRequired;
}

// createAttestationVerifier(trust, audience, any audience, policy, reject invalid, required claims,
// config hash, system prompt hash, required capabilities, lowest safety level, skew, require proof)
Napi::Value Create(const Napi::CallbackInfo& info) {
  constexpr std::int64_t kBytes = 64 * 1024;
  AttestationExpectations expectations;
  expectations.audience = OptionalText(info[1]);
  expectations.any_audience = Flag(info[2]);
  expectations.policy = PolicyFromName(OptionalText(info[3]).value_or(""));
  expectations.reject_invalid = Flag(info[4]);
  expectations.required_claims = Texts(info[5]);
  expectations.config_hash = OptionalText(info[6]);
  expectations.system_prompt_hash = OptionalText(info[7]);
  expectations.required_capabilities = Texts(info[8]);
  if (const auto level = OptionalText(info[9])) {
    expectations.lowest_safety_level = SafetyLevelFromName(*level);
  }
  expectations.skew = DurationArgument<std::chrono::seconds>(info[10]);
  expectations.require_proof = Flag(info[11]);
  auto verifier =
      AttestationVerifier::Create(Handle<AttestationTrust>::Get(info[0]), std::move(expectations));
  if (!verifier.ok()) return Throw(info.Env(), ErrorClass::kCallgateError, verifier.error());
  return Handle<AttestationVerifier>::New(info.Env(), std::move(*verifier), kBytes);
}

// attestationSetTrust(verifier, trust)
Napi::Value SetTrust(const Napi::CallbackInfo& info) {
  Handle<AttestationVerifier>::Get(info[0]).SetTrust(Handle<AttestationTrust>::Get(info[1]));
  return info.Env().Undefined();
}

// What every caller looks at; the rest is read when it is asked for.
Napi::Value ToJs(Napi::Env env, AttestationVerdict verdict) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("verified", verdict.verified);
  object.Set("admitted", verdict.admitted);
  object.Set("reason",
             verdict.verified ? env.Null() : Text(env, AttestationReasonName(verdict.reason)));
  object.Set("needsKey", verdict.needs_key);
  object.Set("issuer", TextOrNull(env, verdict.issuer));
  const auto bytes =
      static_cast<std::int64_t>(sizeof(AttestationVerdict) + verdict.claims_json.size());
  object.Set("handle", Handle<AttestationVerdict>::New(env, std::move(verdict), bytes));
  return object;
}

AttestationReason Uninserted(SeenStatus status) {
  return status == SeenStatus::kSeen ? AttestationReason::kReplay : AttestationReason::kUnavailable;
}

// Inserts what the verdict hangs on into the table, where there is one.
AttestationVerdict Commit(AttestationVerdict verdict, const Napi::Value& table, Time now) {
  if (!verdict.verified || !verdict.replay || table.IsUndefined()) return verdict;
  const SeenStatus status = Handle<HeldSeenTable>::Get(table)->Insert(*verdict.replay, now);
  if (status == SeenStatus::kInserted) return verdict;
  return verdict.Refused(Uninserted(status));
}

// attestationVerify(verifier, token, now, proof, method, request hash, proven key, modern, table)
Napi::Value Verify(const Napi::CallbackInfo& info) {
  const auto& verifier = Handle<AttestationVerifier>::Get(info[0]);
  std::optional<BytesArgument> token;
  if (info[1].IsString()) token.emplace(info[1]);
  const BytesArgument proof(info[3]);
  const BytesArgument method(info[4]);
  Possession possession;
  if (info[3].IsString()) {
    possession = RequestProof{proof, method, DigestArgument(info[5])};
  } else if (!info[6].IsUndefined()) {
    possession = Handle<PublicKey>::Get(info[6]);
  }
  const Time now = TimeArgument(info[2]);
  const AttestationEra era = Flag(info[7]) ? AttestationEra::kModern : AttestationEra::kLegacy;
  std::optional<std::string_view> text;
  if (token) text = token->view();
  return ToJs(info.Env(), Commit(verifier.Verify(text, possession, now, era), info[8], now));
}

// attestationVerifyMessage(verifier, message, now, table)
Napi::Value VerifyMessage(const Napi::CallbackInfo& info) {
  const Time now = TimeArgument(info[2]);
  return ToJs(info.Env(), Commit(Handle<AttestationVerifier>::Get(info[0]).Verify(
                                     Handle<AttestedMessage>::Get(info[1]), now),
                                 info[3], now));
}

// attestationJudgeAgain(verifier, verdict, now)
Napi::Value JudgeAgain(const Napi::CallbackInfo& info) {
  std::optional<Time> now;
  if (!info[2].IsUndefined()) now = TimeArgument(info[2]);
  return ToJs(info.Env(), Handle<AttestationVerifier>::Get(info[0]).JudgeAgain(
                              Handle<AttestationVerdict>::Get(info[1]), now));
}

// attestationRefuse(verdict, "replay" | "unavailable")
Napi::Value Refuse(const Napi::CallbackInfo& info) {
  const auto reason = AttestationReasonFromName(OptionalText(info[1]).value_or(""));
  return ToJs(info.Env(), Handle<AttestationVerdict>::Get(info[0]).Refused(
                              reason.value_or(AttestationReason::kUnavailable)));
}

// attestationVerdictDetails(verdict)
Napi::Value Details(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const AttestationVerdict& verdict = Handle<AttestationVerdict>::Get(info[0]);
  Napi::Object object = Napi::Object::New(env);
  object.Set("where", TextOrNull(env, verdict.where));
  object.Set("message", verdict.verified ? env.Null() : Text(env, verdict.message));
  object.Set("keyId", TextOrNull(env, verdict.key_id));
  object.Set("trustLevel", Text(env, TrustLevelName(verdict.trust_level)));
  object.Set("subject", TextOrNull(env, verdict.subject));
  object.Set("tokenId", TextOrNull(env, verdict.token_id));
  object.Set("claims", TextOrNull(env, verdict.claims_json));
  object.Set("audienceChecked", verdict.audience_checked);
  object.Set("proven", verdict.proven);
  object.Set("confirmationThumbprint", verdict.confirmation_key
                                           ? Text(env, verdict.confirmation_key->Thumbprint())
                                           : env.Null());
  object.Set("expiresAt", verdict.verified ? Milliseconds(env, verdict.expires_at) : env.Null());
  return object;
}

// attestationVerdictClaim(verdict): key, bucket and expiry, or null. One value, since making three
// costs a tenth of a verification.
Napi::Value Claim(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const AttestationVerdict& verdict = Handle<AttestationVerdict>::Get(info[0]);
  if (!verdict.replay) return env.Null();
  std::string claim;
  claim += AsBytes(verdict.replay->key);
  claim += AsBytes(verdict.replay->bucket);
  claim += std::to_string(verdict.replay->expires_at.time_since_epoch().count());
  return Bytes(env, claim);
}

}  // namespace

void RegisterAttestation(Napi::Object exports) {
  Export<Create>(exports, "createAttestationVerifier");
  Export<SetTrust>(exports, "attestationSetTrust");
  Export<Verify>(exports, "attestationVerify");
  Export<VerifyMessage>(exports, "attestationVerifyMessage");
  Export<JudgeAgain>(exports, "attestationJudgeAgain");
  Export<Refuse>(exports, "attestationRefuse");
  Export<Details>(exports, "attestationVerdictDetails");
  Export<Claim>(exports, "attestationVerdictClaim");
}

}  // namespace callgate::node
