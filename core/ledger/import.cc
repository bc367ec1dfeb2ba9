#include <algorithm>
#include <utility>

#include "core/ledger/state.h"

namespace callgate::ledger {
namespace {

Error Invalid(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message), "state"};
}

std::int64_t Millis(Time time) noexcept { return time.time_since_epoch().count(); }

Result<void> Restore(const SavedSession& session, Tables& tables) {
  SessionPtr parent;
  if (session.parent) {
    parent = tables.sessions.Find(*session.parent);
    if (parent == nullptr) return Invalid("a session's parent is missing");
    if (parent->depth + 1 > tables.max_session_depth) {
      return Invalid("a session has more ancestors than max_session_depth");
    }
  }
  const SessionStatus status = tables.sessions.Restore(
      {session.identity, std::move(parent), session.snapshots, session.expires_at},
      std::max(session.latest_exp, session.expires_at), session.state);
  if (status == SessionStatus::kFull) return Invalid("more sessions than max_sessions");
  if (status != SessionStatus::kDone) return Invalid("a session is there twice");
  return {};
}

ReplayStatus Record(const Digest& envelope, std::int64_t second, const std::string* session_id,
                    Tables& tables) {
  const SessionPtr session = session_id == nullptr ? nullptr : tables.sessions.Find(*session_id);
  return tables.replays.Record(
      envelope, second, session == nullptr ? kUnattributed : session->quota,
      [&] { return std::optional(tables.clock.time()); }, [] { return true; });
}

Result<void> ApplyCall(const JournalRecord& record, Tables& tables) {
  if (const SessionPtr session = tables.sessions.Find(record.session); session != nullptr) {
    RaiseTo(session->latest_exp, Millis(record.expires_at));
  }
  switch (Record(record.envelope, record.second, &record.session, tables)) {
    case ReplayStatus::kRecorded:
    case ReplayStatus::kAlreadySeen:
    case ReplayStatus::kStale:  // expired since
      break;
    case ReplayStatus::kFull:
    case ReplayStatus::kNotAdmitted:
      return Invalid("more replay entries than the limits allow");
  }
  for (const JournalRecord::Charge& charge : record.charges) {
    if (!tables.rates.Restore(record.root, charge.window, charge.period, Millis(record.at))) {
      return Invalid("more rate windows or entries than the limits allow");
    }
  }
  return {};
}

Result<void> ApplyOne(const JournalRecord& record, Tables& tables) {
  if (record.type != JournalRecord::Type::kReset) tables.clock.Observe(record.at);
  switch (record.type) {
    case JournalRecord::Type::kCall:
      return ApplyCall(record, tables);
    case JournalRecord::Type::kOpen:
      if (const SessionPtr known = tables.sessions.Find(record.opened->identity.id)) {
        // Opened before, or a tombstone that this process did not have to forget yet.
        if (known->state.load() == Liveness::kOpen && Save(*known).IsSameSession(*record.opened)) {
          RaiseTo(known->expires_at, Millis(record.opened->expires_at));
          RaiseTo(known->latest_exp, Millis(record.opened->latest_exp));
          return {};
        }
        if (!tables.sessions.ForgetIfDue(known, tables.clock.time())) {
          return Invalid("a record opens a session that is known and another");
        }
      }
      return Restore(*record.opened, tables);
    case JournalRecord::Type::kRenew:
    case JournalRecord::Type::kClose: {
      const SessionPtr session = tables.sessions.Find(record.session);
      if (session == nullptr) return Invalid("a record names a session that is not there");
      if (record.type == JournalRecord::Type::kRenew) {
        RaiseTo(session->expires_at, Millis(record.expires_at));
        RaiseTo(session->latest_exp, Millis(record.expires_at));
      } else {
        tables.sessions.Close(record.session, record.state);
      }
      return {};
    }
    case JournalRecord::Type::kReset:
      tables.sessions.EndAll();
      tables.SetTime(record.at);
      return {};
  }
  return Invalid("a record of an unknown type");
}

}  // namespace

Result<std::shared_ptr<Tables>> Import(const LedgerState& state, const Limits& limits,
                                       std::chrono::milliseconds window,
                                       std::chrono::seconds leeway) {
  if (state.window < window) {
    return Invalid("the state was kept for a shorter window than this gate has");
  }
  // Entries that a longer window recorded ahead of time are kept for as long as it said.
  auto tables = std::make_shared<Tables>(limits, state.window, leeway, DigestKey(state.digest_key));
  tables->clock.Set(state.time);
  tables->sequence = state.sequence;
  tables->sessions.RestoreForgotten(state.forgotten);
  for (const SavedSession& session : state.sessions) {
    if (auto restored = Restore(session, *tables); !restored) return restored.error();
  }
  for (const SavedReplays& replays : state.replays) {
    if (replays.session && tables->sessions.Find(*replays.session) == nullptr) {
      return Invalid("replay entries of a session that is not there");
    }
    for (const Digest& envelope : replays.envelopes) {
      const auto status =
          Record(envelope, replays.second, replays.session ? &*replays.session : nullptr, *tables);
      if (status == ReplayStatus::kFull)
        return Invalid("more replay entries than the limits allow");
      if (status != ReplayStatus::kRecorded) return Invalid("a replay entry twice, or out of time");
    }
  }
  for (const SavedWindow& window_state : state.windows) {
    for (const std::int64_t time : window_state.times) {
      if (!tables->rates.Restore(window_state.root, window_state.window, window_state.period,
                                 time)) {
        return Invalid("more rate windows or entries than the limits allow");
      }
    }
  }
  return tables;
}

Digest LedgerId(const DigestKey& key) noexcept { return key.OfRoot("the id of this ledger"); }

Result<void> Apply(std::vector<JournalRecord> records, Tables& tables) {
  const Digest id = LedgerId(tables.digest_key);
  std::ranges::stable_sort(records, {}, &JournalRecord::sequence);
  for (const JournalRecord& record : records) {
    if (record.ledger != id) return Invalid("a record of another ledger");
    if (record.sequence <= tables.sequence.load()) continue;
    if (auto applied = ApplyOne(record, tables); !applied) return applied;
    tables.sequence = record.sequence;
  }
  return {};
}

}  // namespace callgate::ledger
