#include <mutex>
#include <utility>

#include "callgate/attestation_verifier.h"
#include "core/attestation/hash_form.h"
#include "core/attestation/judge.h"
#include "core/attestation/proof.h"
#include "core/attestation/replay.h"
#include "core/attestation/verdict.h"
#include "core/token/token_memory.h"

namespace callgate {

using attestation::Judgement;
using attestation::Refusal;
using attestation::Refused;
using attestation::RefusedVerdict;
using attestation::VerifiedToken;

struct AttestationVerifier::State {
  State(AttestationTrust trust_in, AttestationExpectations expected_in, std::size_t remembered)
      : expected(std::move(expected_in)), memory(remembered), trust(std::move(trust_in)) {}

  AttestationTrust Read() const {
    const std::scoped_lock lock(pointer);
    return trust;
  }

  const AttestationExpectations expected;
  mutable TokenMemoryOf<VerifiedToken> memory;

 private:
  friend class AttestationVerifier;
  mutable std::mutex pointer;  // held for as long as copying it takes
  AttestationTrust trust;
};

namespace {

Error Unacceptable(std::string message, std::string where) {
  return Error{ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

bool IsHash(const std::optional<std::string>& text) {
  return !text || attestation::IsSha256Text(*text);
}

Result<void> CheckExpectations(const AttestationExpectations& expected) {
  if (expected.audience.has_value() == expected.any_audience) {
    return Unacceptable("expect one audience, or any by name", "audience");
  }
  if (expected.audience && expected.audience->empty()) {
    return Unacceptable("an audience must not be empty", "audience");
  }
  if (expected.any_audience && expected.require_proof) {
    return Unacceptable("a proof is made for one audience: expect one", "require_proof");
  }
  if (expected.skew < std::chrono::seconds{0} || expected.skew > kLargestAttestationSkew) {
    return Unacceptable("the skew must be 0 to 60 seconds", "skew");
  }
  if (!IsHash(expected.config_hash)) {
    return Unacceptable("a hash is sha256: and 64 lower-case hexadecimal digits", "config_hash");
  }
  if (!IsHash(expected.system_prompt_hash)) {
    return Unacceptable("a hash is sha256: and 64 lower-case hexadecimal digits",
                        "system_prompt_hash");
  }
  return {};
}

Refusal Unproven(std::string_view message) {
  return {AttestationReason::kProof, "claims/cnf", message};
}

// What a use of a verified token came to.
struct Use {
  ReplayClaim replay;
  bool proven = false;
};

// Of a token without cnf, a bearer.
Refused CheckBearer(const VerifiedToken& token, const Possession& possession, bool must_prove,
                    const AttestationExpectations& expected, Use& use) {
  if (must_prove) return Unproven("the token must name a key in cnf.jwk, and be proven");
  if (std::holds_alternative<RequestProof>(possession)) {
    return Unproven("a proof came with a token that names no key for it");
  }
  use.replay = {attestation::TokenReplayKey(token.issuer, token.token_id), token.bucket,
                attestation::TimeOf(token.times.expires_at) + expected.skew};
  return std::nullopt;
}

Refused CheckPossession(const VerifiedToken& token, const Possession& possession,
                        const AttestationExpectations& expected, bool accepts_ed25519_alg, Time now,
                        Use& use) {
  use.proven = true;
  if (const auto* key = std::get_if<PublicKey>(&possession)) {
    if (!(*key == token.confirmation->key.key())) {
      return Refusal{AttestationReason::kProof, "claims/cnf/jwk", "another key was proven"};
    }
    use.replay = {attestation::TokenReplayKey(token.issuer, token.token_id), token.bucket,
                  attestation::TimeOf(token.times.expires_at) + expected.skew};
    return std::nullopt;
  }
  const auto* request = std::get_if<RequestProof>(&possession);
  if (request == nullptr) {
    return Refusal{AttestationReason::kProof, "proof", "the token names a key: prove possession"};
  }
  if (expected.any_audience) {
    return Refusal{AttestationReason::kProof, "proof/aud",
                   "this verifier has no audience that a proof could be for"};
  }
  return attestation::CheckProof(*request, *token.confirmation, *expected.audience,
                                 accepts_ed25519_alg, now, expected.skew, use.replay);
}

AttestationVerdict NeedsKey(AttestationVerdict verdict, Judgement judgement) {
  verdict.needs_key = true;
  verdict.issuer = std::move(judgement.missing_key_of);
  verdict.key_id = std::move(judgement.missing_key_id);
  return verdict;
}

}  // namespace

AttestationVerifier::AttestationVerifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
AttestationVerifier::AttestationVerifier(AttestationVerifier&&) noexcept = default;
AttestationVerifier& AttestationVerifier::operator=(AttestationVerifier&&) noexcept = default;
AttestationVerifier::~AttestationVerifier() = default;

Result<AttestationVerifier> AttestationVerifier::Create(AttestationTrust trust,
                                                        AttestationExpectations expectations,
                                                        std::size_t remembered_tokens) {
  if (Result<void> ok = CheckExpectations(expectations); !ok) return ok.error();
  return AttestationVerifier(
      std::make_unique<State>(std::move(trust), std::move(expectations), remembered_tokens));
}

void AttestationVerifier::SetTrust(AttestationTrust trust) {
  const std::scoped_lock lock(state_->pointer);
  std::swap(state_->trust, trust);
}

AttestationTrust AttestationVerifier::trust() const { return state_->Read(); }

AttestationVerdict AttestationVerifier::Verify(std::optional<std::string_view> token,
                                               const Possession& possession, Time now,
                                               AttestationEra era) const {
  const AttestationTrust trust = state_->Read();
  const AttestationExpectations& expected = state_->expected;
  const auto refuse = [&](Refusal refusal) {
    return RefusedVerdict(std::move(refusal), expected, trust.generation());
  };
  if (!token) return refuse({AttestationReason::kNotProvided, "", "no token was sent"});
  if (!CheckTime(now)) {
    return refuse({AttestationReason::kUnavailable, "now", "the clock is broken"});
  }

  std::shared_ptr<const VerifiedToken> verified = state_->memory.Lookup(*token, trust.generation());
  if (verified == nullptr) {
    Judgement judgement = attestation::Judge(*token, trust.state(), expected, now);
    if (judgement.token == nullptr) {
      AttestationVerdict verdict = refuse(std::move(judgement.refusal));
      if (judgement.missing_key_of.empty()) return verdict;
      return NeedsKey(std::move(verdict), std::move(judgement));
    }
    verified = std::move(judgement.token);
    if (verified->confirmation) state_->memory.Remember(*token, trust.generation(), verified);
  } else if (Refused refused = attestation::CheckTimes(verified->times, now, expected.skew)) {
    return refuse(*std::move(refused));
  }

  Use use;
  const bool must_prove = expected.require_proof || era == AttestationEra::kModern;
  Refused refused = verified->confirmation
                        ? CheckPossession(*verified, possession, expected,
                                          trust.state().accepts_ed25519_alg, now, use)
                        : CheckBearer(*verified, possession, must_prove, expected, use);
  if (refused) return refuse(*std::move(refused));
  return attestation::VerifiedVerdict(*verified, use.replay, use.proven, expected,
                                      trust.generation());
}

AttestationVerdict AttestationVerifier::Verify(const AttestedMessage& message, Time now) const {
  const auto refuse = [&](Refusal refusal) {
    return RefusedVerdict(std::move(refusal), state_->expected, trust().generation());
  };
  if (!message.carrier_fault.empty()) {
    return refuse({AttestationReason::kMalformed, message.carrier_fault,
                   "the carrier must be an object, its token and proof strings"});
  }
  if (!message.token || !message.proof) {
    return Verify(message.token, std::monostate{}, now, message.era);
  }
  if (!message.request_hash) {
    return refuse({AttestationReason::kProof, message.unhashable ? message.unhashable->where : "",
                   "the params hold a number that cannot be proven"});
  }
  return Verify(message.token, RequestProof{*message.proof, message.method, *message.request_hash},
                now, message.era);
}

AttestationVerdict AttestationVerifier::JudgeAgain(const AttestationVerdict& verdict,
                                                   std::optional<Time> now) const {
  if (!verdict.verified) return verdict;
  const AttestationTrust trust = state_->Read();
  const auto refuse = [&](Refusal refusal) {
    return RefusedVerdict(std::move(refusal), state_->expected, trust.generation());
  };
  if (now && *now >= verdict.expires_at + state_->expected.skew) {
    return refuse({AttestationReason::kExpired, "claims/exp", "exp has passed"});
  }
  AttestationVerdict again = verdict;
  again.replay.reset();
  again.generation = trust.generation();
  if (again.generation == verdict.generation) return again;

  const attestation::Issuer* issuer = trust.state().Find(verdict.issuer);
  if (issuer == nullptr) {
    return refuse({AttestationReason::kUntrustedIssuer, "claims/iss",
                   "iss is no longer one of the trusted issuers"});
  }
  // Keys that are fetched come and go as the issuer rotates them: one that is gone is not denied.
  const PreparedKey* key = issuer->FindKey(verdict.key_id);
  const bool is_gone =
      key == nullptr && issuer->fetches_keys && !issuer->denied_key_ids.contains(verdict.key_id);
  if (!is_gone && (key == nullptr || !(key->key() == *verdict.issuer_key))) {
    return refuse({AttestationReason::kKid, "header/kid", "the issuer no longer has this key"});
  }
  if (Refused refused =
          attestation::JudgeClaimsAgain(verdict.claims_json, *issuer, state_->expected)) {
    return refuse(*std::move(refused));
  }
  return again;
}

}  // namespace callgate
