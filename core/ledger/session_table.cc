#include "core/ledger/session_table.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace callgate::ledger {
namespace {

constexpr std::chrono::seconds kTombstoneMargin{60};

std::int64_t Millis(Time time) noexcept { return time.time_since_epoch().count(); }

std::int64_t DueOf(const SessionEntry& session) noexcept {
  return session.latest_exp.load() + std::chrono::milliseconds(kTombstoneMargin).count() + 1;
}

}  // namespace

SessionTable::SessionTable(std::size_t max_sessions, std::chrono::seconds leeway,
                           const DigestKey& digest_key, QuotaTable& quotas,
                           std::atomic<std::uint64_t>& sequence)
    : max_sessions_(max_sessions),
      leeway_(leeway),
      digest_key_(digest_key),
      quotas_(quotas),
      sequence_(sequence) {}

SessionPtr SessionTable::Find(std::string_view id) const {
  Shard& shard = ShardOf(id);
  const std::scoped_lock lock(shard.mutex);
  const auto found = shard.entries.find(id);
  return found == shard.entries.end() ? nullptr : found->second;
}

SessionChange SessionTable::Open(SessionOpening opening, Time now) {
  const std::scoped_lock lock(mutex_);
  Sweep(now, kSweepEntries);
  const Time exp = opening.expires_at;
  if (const SessionPtr known = Find(opening.identity.id); known != nullptr) {
    if (!IsForgettable(*known, now)) {
      RaiseTo(known->latest_exp, Millis(exp));
      if (!IsLive(*known, now, leeway_)) return {SessionStatus::kInactive, known};
      const SessionIdentity& identity = known->identity;
      if (identity.public_key != opening.identity.public_key) {
        return {SessionStatus::kOtherKey, known};
      }
      if (identity.subject != opening.identity.subject ||
          identity.context != opening.identity.context ||
          identity.key_is_confirmed != opening.identity.key_is_confirmed ||
          known->parent != opening.parent) {
        return {SessionStatus::kOtherIdentity, known};
      }
      return RenewLocked(known, exp, now);
    }
    Forget(known);
  }
  if (exp <= forgotten_) return {SessionStatus::kInactive, nullptr};
  if (opening.parent != nullptr && !IsLive(*opening.parent, now, leeway_)) {
    return {SessionStatus::kParentInactive, nullptr};
  }
  if (size() >= max_sessions_) Sweep(now, std::numeric_limits<std::size_t>::max());
  SessionPtr session;
  if (!Insert(std::move(opening), exp, Liveness::kOpen, session)) {
    return {SessionStatus::kFull, nullptr};
  }
  return {SessionStatus::kDone, session, ++sequence_};
}

bool SessionTable::Insert(SessionOpening opening, Time latest_exp, Liveness state,
                          SessionPtr& inserted) {
  if (size() >= max_sessions_) return false;
  const QuotaId quota = quotas_.Open();
  if (quota == 0) return false;
  inserted = std::make_shared<SessionEntry>(std::move(opening.identity), std::move(opening.parent),
                                            std::move(opening.snapshots), quota, digest_key_);
  inserted->expires_at = Millis(opening.expires_at);
  inserted->latest_exp = Millis(latest_exp);
  inserted->state = state;
  if (inserted->parent != nullptr) ++inserted->parent->children;
  Shard& shard = ShardOf(inserted->identity.id);
  {
    const std::scoped_lock lock(shard.mutex);
    shard.entries.emplace(inserted->identity.id, inserted);
  }
  due_.push_back({DueOf(*inserted), inserted});
  std::push_heap(due_.begin(), due_.end());
  ++size_;
  return true;
}

void SessionTable::Saw(std::string_view id, Time exp, Time now) {
  const std::scoped_lock lock(mutex_);
  const SessionPtr session = Find(id);
  if (session == nullptr || IsForgettable(*session, now)) return;
  RaiseTo(session->latest_exp, Millis(exp));
}

SessionChange SessionTable::Renew(std::string_view id, Time expires_at, Time now) {
  const std::scoped_lock lock(mutex_);
  const SessionPtr session = Find(id);
  if (session == nullptr) return {SessionStatus::kUnknown, nullptr};
  RaiseTo(session->latest_exp, Millis(expires_at));
  return RenewLocked(session, expires_at, now);
}

SessionChange SessionTable::RenewLocked(const SessionPtr& session, Time expires_at, Time now) {
  if (!IsLive(*session, now, leeway_)) return {SessionStatus::kInactive, session};
  RaiseTo(session->expires_at, Millis(expires_at));
  return {SessionStatus::kDone, session, ++sequence_};
}

SessionChange SessionTable::Close(std::string_view id, Liveness state) {
  const std::scoped_lock lock(mutex_);
  const SessionPtr session = Find(id);
  if (session == nullptr) return {SessionStatus::kUnknown, nullptr};
  if (session->state.load() != Liveness::kOpen) return {SessionStatus::kDone, session};
  session->state.store(state, std::memory_order_release);
  return {SessionStatus::kDone, session, ++sequence_};
}

std::uint64_t SessionTable::EndAll() {
  const std::scoped_lock lock(mutex_);
  for (Shard& shard : shards_) {
    for (auto& [id, session] : shard.entries) {
      Liveness open = Liveness::kOpen;
      session->state.compare_exchange_strong(open, Liveness::kEnded);
    }
  }
  return ++sequence_;
}

bool SessionTable::ForgetIfDue(const SessionPtr& session, Time now) {
  const std::scoped_lock lock(mutex_);
  if (!IsForgettable(*session, now)) return false;
  Forget(session);
  return true;
}

SessionStatus SessionTable::Restore(SessionOpening opening, Time latest_exp, Liveness state) {
  const std::scoped_lock lock(mutex_);
  if (Find(opening.identity.id) != nullptr) return SessionStatus::kInactive;
  SessionPtr session;
  return Insert(std::move(opening), latest_exp, state, session) ? SessionStatus::kDone
                                                                : SessionStatus::kFull;
}

void SessionTable::Sweep(Time now, std::size_t entries) {
  while (entries-- > 0 && !due_.empty() && due_.front().time <= Millis(now)) {
    std::pop_heap(due_.begin(), due_.end());
    Due& due = due_.back();
    const Shard& shard = ShardOf(due.session->identity.id);
    const auto found = shard.entries.find(due.session->identity.id);
    const bool is_known = found != shard.entries.end() && found->second == due.session;
    if (!is_known || IsForgettable(*due.session, now)) {
      if (is_known) Forget(due.session);
      due_.pop_back();
      continue;
    }
    // Renewed since, or a child still names it; a child's tombstone ends at the latest a day later.
    due.time = std::max(DueOf(*due.session), Millis(now + kTombstoneMargin));
    std::push_heap(due_.begin(), due_.end());
  }
}

bool SessionTable::IsForgettable(const SessionEntry& session, Time now) const noexcept {
  return session.children == 0 && DueOf(session) <= Millis(now);
}

void SessionTable::Forget(const SessionPtr& session) {
  forgotten_ = std::max(forgotten_, Time(std::chrono::milliseconds(session->latest_exp.load())));
  if (session->parent != nullptr) --session->parent->children;
  quotas_.Close(session->quota);
  Shard& shard = ShardOf(session->identity.id);
  const std::scoped_lock lock(shard.mutex);
  shard.entries.erase(session->identity.id);
  --size_;
}

void SessionTable::SortForExport(std::vector<const SessionEntry*>& entries) {
  std::sort(entries.begin(), entries.end(), [](const SessionEntry* a, const SessionEntry* b) {
    return std::tie(a->depth, a->identity.id) < std::tie(b->depth, b->identity.id);
  });
}

}  // namespace callgate::ledger
