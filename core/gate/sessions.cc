#include <algorithm>
#include <utility>

#include "core/gate/gate_state.h"
#include "core/gate/state/journal.h"
#include "core/policy/containment.h"

namespace callgate {
namespace {

using gate::GateSnapshot;
using ledger::Liveness;
using ledger::SessionChange;
using ledger::SessionPtr;
using ledger::SessionStatus;

SessionState StateOf(const ledger::SessionEntry& session) {
  switch (session.state.load()) {
    case Liveness::kOpen:
      return SessionState::kOpen;
    case Liveness::kEnded:
      return SessionState::kEnded;
    case Liveness::kRevoked:
      return SessionState::kRevoked;
  }
  return SessionState::kEnded;
}

Session Describe(const ledger::SessionEntry& session) {
  const auto parent = session.parent == nullptr
                          ? std::nullopt
                          : std::optional<std::string>(session.parent->identity.id);
  return {session.identity.id,
          session.identity.subject,
          session.identity.context,
          session.identity.public_key,
          parent,
          session.root,
          StateOf(session),
          Time(std::chrono::milliseconds(session.expires_at.load())),
          {}};
}

Error ErrorOf(SessionStatus status) {
  switch (status) {
    case SessionStatus::kUnknown:
      return {ErrorCode::kUnknownSession, "no session has this id", "id"};
    case SessionStatus::kInactive:
      return {ErrorCode::kSessionInactive,
              "the session, or one of its ancestors, ended, was revoked or expired", "id"};
    case SessionStatus::kOtherKey:
      return {ErrorCode::kKeyRefused, "the session is open with another key", "public_key"};
    case SessionStatus::kOtherIdentity:
      return {ErrorCode::kInvalidToken, "the session is open with another sub, scp, cnf or parent",
              "token"};
    case SessionStatus::kParentInactive:
      return {ErrorCode::kSessionInactive,
              "the parent, or one of its ancestors, ended, was revoked or expired", "parent"};
    case SessionStatus::kFull:
      return {ErrorCode::kLedgerFull, "the table of sessions is full", "id"};
    case SessionStatus::kDone:
      break;
  }
  return {ErrorCode::kInternalError, "a session change failed without a reason", ""};
}

// `journal` writes down what changed.
template <typename Journal>
Result<Session> Finish(const SessionChange& change, Journal journal) {
  if (change.status != SessionStatus::kDone) return ErrorOf(change.status);
  Session session = Describe(*change.session);
  if (change.sequence != 0) session.effects = journal(*change.session);
  return session;
}

Error ScopeNotFound() {
  return {ErrorCode::kScopeNotFound, "no SecurityContext has the name in the token's scp", "scp"};
}

// The contexts that bound a child of `parent`: those that bound the parent, and those of the whole
// chain as they stand now. SCOPE_NOT_FOUND where one is gone.
Result<ledger::ContextSnapshots> SnapshotsBelow(const ledger::SessionEntry& parent,
                                                const gate::Snapshot& snapshot) {
  ledger::ContextSnapshots snapshots = parent.snapshots;
  for (const auto* at = &parent; at != nullptr; at = at->parent.get()) {
    const auto* context = snapshot.Find(at->identity.context);
    if (context == nullptr) return ScopeNotFound();
    const auto is_same = [&](const auto& kept) { return kept->json == (*context)->json; };
    if (std::ranges::none_of(snapshots, is_same)) snapshots.push_back(*context);
  }
  return snapshots;
}

// Checks what a new session may be, and finds the contexts that bound it.
Result<ledger::ContextSnapshots> CheckSpawn(const GateSnapshot& gate_snapshot,
                                            const SessionPtr& parent, const TokenClaims& claims) {
  const auto* context = gate_snapshot.snapshot->Find(claims.scope);
  if (context == nullptr) return ScopeNotFound();
  if (parent == nullptr) return ledger::ContextSnapshots();
  if (parent->depth + 1 > gate_snapshot.options.limits.max_session_depth) {
    return Error{ErrorCode::kLimitExceeded, "the session would have too many ancestors", "parent"};
  }
  Result<ledger::ContextSnapshots> snapshots = SnapshotsBelow(*parent, *gate_snapshot.snapshot);
  if (!snapshots) return snapshots;
  for (const auto& ceiling : *snapshots) {
    const Containment contained = policy::JudgeContainment(*ceiling, **context);
    if (!contained) {
      return Error{ErrorCode::kContextExceedsParentCeiling,
                   "the context is not within " + ceiling->name + ": " + contained.reason, "scp"};
    }
  }
  return snapshots;
}

}  // namespace

Result<Session> Gate::OpenSession(std::string_view token, const PublicKey& public_key,
                                  std::optional<std::string_view> parent_id, Time now) {
  if (auto valid = CheckTime(now); !valid) return valid.error();
  const GateSnapshot gate_snapshot = state_->Read();
  const gate::Times times{now, gate_snapshot.tables->clock.Observe(now)};
  const Result<gate::ClaimsPtr> verified = gate::VerifiedClaims(gate_snapshot, token, times);
  if (!verified) return verified.error();
  const TokenClaims& claims = **verified;
  // Also where it opens nothing: it must not do so later either, once its id was revoked.
  gate_snapshot.tables->sessions.Saw(claims.id, claims.expires_at, times.ledger);
  if (claims.key_thumbprint && *claims.key_thumbprint != public_key.Thumbprint()) {
    return Error{ErrorCode::kKeyRefused, "cnf.jkt names another key", "public_key"};
  }
  SessionPtr parent;
  if (parent_id) {
    parent = gate_snapshot.tables->sessions.Find(*parent_id);
    if (parent == nullptr) {
      return Error{ErrorCode::kUnknownSession, "no session has the parent's id", "parent"};
    }
  }
  Result<ledger::ContextSnapshots> snapshots = CheckSpawn(gate_snapshot, parent, claims);
  if (!snapshots) return snapshots.error();

  const std::scoped_lock changes(state_->changes);
  if (state_->tables != gate_snapshot.tables) {
    return Error{ErrorCode::kLedgerUnavailable, "the ledger's state was replaced meanwhile", ""};
  }
  const SessionChange change = gate_snapshot.tables->sessions.Open(
      {{claims.id, claims.subject, claims.scope, public_key, claims.key_thumbprint.has_value()},
       parent,
       std::move(*snapshots),
       claims.expires_at},
      times.ledger);
  return Finish(change, [&](const ledger::SessionEntry& session) {
    return gate::JournalOpen(*gate_snapshot.tables, change.sequence, session);
  });
}

Result<Session> Gate::RenewSession(std::string_view id, std::string_view token, Time now) {
  if (auto valid = CheckTime(now); !valid) return valid.error();
  const GateSnapshot gate_snapshot = state_->Read();
  const gate::Times times{now, gate_snapshot.tables->clock.Observe(now)};
  const Result<gate::ClaimsPtr> claims = gate::VerifiedClaims(gate_snapshot, token, times);
  if (!claims) return claims.error();
  gate_snapshot.tables->sessions.Saw((*claims)->id, (*claims)->expires_at, times.ledger);

  const std::scoped_lock changes(state_->changes);
  ledger::Tables& tables = *state_->tables;
  const SessionPtr session = tables.sessions.Find(id);
  if (session == nullptr) return ErrorOf(SessionStatus::kUnknown);
  if (!gate::BelongTo(**claims, *session)) {
    return Error{ErrorCode::kInvalidToken, "the token's jti, sub, scp or cnf is not the session's",
                 "token"};
  }
  const SessionChange change = tables.sessions.Renew(id, (*claims)->expires_at, times.ledger);
  return Finish(change, [&](const ledger::SessionEntry& renewed) {
    return gate::JournalRenew(tables, change.sequence, renewed);
  });
}

Result<Session> Gate::EndSession(std::string_view id) {
  return CloseSession(id, SessionState::kEnded);
}

Result<Session> Gate::RevokeSession(std::string_view id) {
  return CloseSession(id, SessionState::kRevoked);
}

Result<Session> Gate::CloseSession(std::string_view id, SessionState state) {
  const std::scoped_lock changes(state_->changes);
  ledger::Tables& tables = *state_->tables;
  const SessionChange change = tables.sessions.Close(
      id, state == SessionState::kRevoked ? Liveness::kRevoked : Liveness::kEnded);
  return Finish(change, [&](const ledger::SessionEntry& session) {
    return gate::JournalClose(tables, change.sequence, session);
  });
}

std::optional<Session> Gate::FindSession(std::string_view id) const {
  const SessionPtr session = state_->ReadTables()->sessions.Find(id);
  if (session == nullptr) return std::nullopt;
  return Describe(*session);
}

bool Gate::IsOpen(std::string_view id) const {
  const SessionPtr session = state_->ReadTables()->sessions.Find(id);
  return session != nullptr && ledger::IsOpen(*session);
}

}  // namespace callgate
