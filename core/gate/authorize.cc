// The flow, in the order in which failures are reported:
//
//   bytes -> json -> envelope -> token -> session key -> signature -> freshness -> policy -> ledger
//
// Each step rests only on what the steps before it verified, and nothing is written before the
// signature verified, but the memory of tokens that their issuer signed.
#include <utility>

#include "core/envelope/parsed_envelope.h"
#include "core/gate/call.h"
#include "core/gate/gate_state.h"
#include "core/gate/planned_call.h"

namespace callgate {

Decision Gate::Authorize(std::string_view bytes, Time now) {
  if (const Result<void> valid = CheckTime(now); !valid) {
    return gate::DenyTime(valid.error(), bytes, state_->options.limits);
  }
  const gate::GateSnapshot gate_snapshot = state_->Read();
  gate::PlannedCall call =
      gate::PlanCall(gate_snapshot, bytes, {now, gate_snapshot.tables->clock.Observe(now)});
  if (call.refusal) return gate::Finish(std::move(call), {});
  const gate::CommitOutcome outcome = gate::Commit(call, *gate_snapshot.tables);
  return gate::Finish(std::move(call), outcome);
}

namespace gate {
namespace {

// Before the signature verified: the bytes are all that is known of the envelope.
PlannedCall Refused(PlannedCall call, std::string_view bytes, const Limits& limits,
                    const Error& error) {
  call.refusal = error.code;
  call.record->KeepUnverified(bytes, limits);
  call.record->reason = error.message;
  if (!error.where.empty()) call.record->reason += " at " + error.where;
  return call;
}

}  // namespace

PlannedCall PlanCall(const GateSnapshot& gate_snapshot, std::string_view bytes, Times times) {
  PlannedCall call;
  call.snapshot = gate_snapshot.snapshot;
  call.times = times;
  call.window = gate_snapshot.options.window;
  CallRecord& record = *call.record;

  const Limits& limits = gate_snapshot.options.limits;
  const auto refused = [&](const Error& error) {
    return Refused(std::move(call), bytes, limits, error);
  };

  // Form: all of it, before anything is believed.
  const Result<ParsedEnvelope> envelope = ParseEnvelope(bytes, limits);
  if (!envelope) return refused(envelope.error());
  const Result<Call> request = ReadCall(envelope->payload);
  if (!request) return refused(request.error());

  // Who: the issuer's word, then the session that it names, then that session's key.
  const Result<ClaimsPtr> claims = VerifiedClaims(gate_snapshot, envelope->security_token, times);
  if (!claims) return refused(claims.error());
  const Result<ledger::SessionPtr> session = BoundSession(gate_snapshot, *claims, times, record);
  if (!session) return refused(session.error());
  std::optional<CanonicalForm> form = VerifiedForm(*envelope, (*session)->key);
  if (!form) return refused(Error{ErrorCode::kInvalidSignature, "", ""});
  RecordMessage(*envelope, *request, std::move(*form), record);
  record.signature = envelope->signature;
  record.second = envelope->timestamp_seconds;
  record.token_expires_at = (*claims)->expires_at.time_since_epoch().count();

  // When.
  call.timestamp = envelope->timestamp;
  call.timestamp_has_remainder = envelope->timestamp_has_remainder;
  if (!IsFresh(call, times.ledger)) {
    call.refusal = StaleCode(call);
    return call;
  }

  // What. From here on the envelope is recorded, whatever policy says of it.
  const bool is_call = request->method == Method::kToolsCall;
  call.denial = is_call ? EvaluateChain(*request, **session, *gate_snapshot.snapshot, record)
                        : EvaluateListing(**session, *gate_snapshot.snapshot);
  if (is_call && call.denial == nullptr) {
    call.denial = FindTool(*request, *gate_snapshot.snapshot);
  }
  if (call.denial != nullptr) record.ForgetAllowances();
  record.policy_digest = gate_snapshot.snapshot->policy().Digest();
  return call;
}

}  // namespace gate
}  // namespace callgate
