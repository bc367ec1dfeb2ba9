#include <utility>

#include "core/gate/gate_snapshot.h"
#include "core/token/claims.h"

namespace callgate::gate {
namespace {

Error Stepped() {
  return Error{ErrorCode::kClockStepped, "the clock is behind the latest time the ledger has seen",
               "now"};
}

// What a refusal for being late is called.
Error LateError(Error error, Times times, auto is_valid_at) {
  if (error.code == ErrorCode::kExpiredToken && times.has_stepped_back() &&
      is_valid_at(times.now)) {
    return Stepped();
  }
  return error;
}

}  // namespace

Result<ClaimsPtr> VerifiedClaims(const GateSnapshot& gate_snapshot, std::string_view token,
                                 Times times) {
  const TokenExpectations& expectations = gate_snapshot.options.token;
  const IssuerKeys& keys = gate_snapshot.snapshot->issuer_keys();
  ClaimsPtr claims = gate_snapshot.token_memory.Lookup(token, keys.generation());
  if (claims != nullptr) {
    const auto check = [&](Time at) { return CheckTokenTimes(*claims, at, expectations.leeway); };
    if (Result<void> valid = check(times.ledger); !valid) {
      return LateError(valid.error(), times, [&](Time at) { return check(at).ok(); });
    }
    return claims;
  }
  const auto verify = [&](Time at) {
    return VerifyToken(token, keys, at, expectations, gate_snapshot.options.limits);
  };
  Result<TokenClaims> verified = verify(times.ledger);
  if (!verified) {
    return LateError(verified.error(), times, [&](Time at) { return verify(at).ok(); });
  }
  if (verified->id.empty()) {
    return Error{ErrorCode::kInvalidToken, "jti is required: it names the session", "/jti"};
  }
  claims = std::make_shared<const TokenClaims>(std::move(*verified));
  gate_snapshot.token_memory.Remember(token, keys.generation(), claims);
  return claims;
}

bool BelongTo(const TokenClaims& claims, const ledger::SessionEntry& session) {
  const ledger::SessionIdentity& identity = session.identity;
  return claims.id == identity.id && claims.subject == identity.subject &&
         claims.scope == identity.context &&
         claims.key_thumbprint.has_value() == identity.key_is_confirmed &&
         (!claims.key_thumbprint || *claims.key_thumbprint == session.key_thumbprint);
}

Result<ledger::SessionPtr> BoundSession(const GateSnapshot& gate_snapshot, const ClaimsPtr& claims,
                                        Times times, CallRecord& record) {
  ledger::SessionPtr session = gate_snapshot.tables->sessions.Find(claims->id);
  if (session == nullptr || !BelongTo(*claims, *session)) {
    record.owner = claims;
    record.session_id = claims->id;
    record.subject = claims->subject;
    record.context_name = claims->scope;
    if (session == nullptr) {
      return Error{ErrorCode::kUnknownSession, "no session has the id in the token's jti", "/jti"};
    }
    return Error{ErrorCode::kInvalidToken,
                 "the token's sub, scp or cnf is not that of the session in its jti", ""};
  }
  record.owner = session;
  record.session = session.get();
  record.session_id = session->identity.id;
  record.subject = session->identity.subject;
  record.context_name = session->identity.context;
  record.public_key = session->identity.public_key;
  const std::chrono::seconds leeway = gate_snapshot.tables->sessions.leeway();
  if (IsLive(*session, times.ledger, leeway)) return session;
  if (times.has_stepped_back() && IsLive(*session, times.now, leeway)) return Stepped();
  return Error{ErrorCode::kSessionInactive,
               "the session or one of its ancestors ended, was revoked or expired", ""};
}

}  // namespace callgate::gate
