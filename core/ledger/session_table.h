// The sessions, open and ended, by id.
//
// A session that ended, was revoked or expired is kept as a tombstone until no token with its id
// that was seen can be valid any more (the latest exp + 60 s, which covers any leeway), so that
// none of them can open it again. All three are final.
#ifndef CALLGATE_CORE_LEDGER_SESSION_TABLE_H_
#define CALLGATE_CORE_LEDGER_SESSION_TABLE_H_

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/ledger/session_entry.h"

namespace callgate::ledger {

using SessionPtr = std::shared_ptr<SessionEntry>;

enum class SessionStatus : std::uint8_t {
  kDone,
  kUnknown,
  kInactive,       // ended, revoked, expired, or possibly so and forgotten
  kOtherKey,       // the id is open with another key
  kOtherIdentity,  // the id is open with this key but another sub, scp or parent
  kParentInactive,
  kFull,
};

struct SessionChange {
  SessionStatus status = SessionStatus::kUnknown;
  SessionPtr session;          // where there is one
  std::uint64_t sequence = 0;  // of the journal record; 0: nothing changed
};

struct SessionOpening {
  SessionIdentity identity;
  SessionPtr parent;
  ContextSnapshots snapshots;
  Time expires_at;
};

// Thread-safe. Changes are serialized; looking one up takes the lock of one shard only.
class SessionTable {
 public:
  // `sequence` numbers the journal; `quotas` counts each session's replay entries.
  SessionTable(std::size_t max_sessions, std::chrono::seconds leeway, const DigestKey& digest_key,
               QuotaTable& quotas, std::atomic<std::uint64_t>& sequence);

  SessionPtr Find(std::string_view id) const;

  // Opening an id again that is open with the same identity and parent renews it.
  SessionChange Open(SessionOpening opening, Time now);
  // Sees a token with that id and `exp`: the tombstone, if there will be one, has to outlast it.
  void Saw(std::string_view id, Time exp, Time now);
  // Moves exp, never back: renewals may arrive in any order.
  SessionChange Renew(std::string_view id, Time expires_at, Time now);
  // To kEnded or kRevoked. The first of them stays.
  SessionChange Close(std::string_view id, Liveness state);
  // Ends every open session; returns the number of the journal record.
  std::uint64_t EndAll();

  // While held, no session is opened, renewed, closed or forgotten.
  std::unique_lock<std::mutex> Lock() { return std::unique_lock(mutex_); }
  // Calls visit(const SessionEntry&), parents before children. REQUIRES: Lock.
  template <typename Visitor>
  void VisitLocked(Visitor visit) const {
    std::vector<const SessionEntry*> entries;
    for (const Shard& shard : shards_) {
      for (const auto& [id, entry] : shard.entries) entries.push_back(entry.get());
    }
    SortForExport(entries);
    for (const SessionEntry* entry : entries) visit(*entry);
  }
  // No token whose exp is this or earlier may open a session: one like it may have been forgotten
  // by a clock that leapt and was set back since. REQUIRES: Lock.
  Time forgotten() const noexcept { return forgotten_; }

  // True when the tombstone's time is over, and then it is gone.
  bool ForgetIfDue(const SessionPtr& session, Time now);
  // Puts an entry back as it was. kFull, kInactive when the id is taken.
  SessionStatus Restore(SessionOpening opening, Time latest_exp, Liveness state);
  void RestoreForgotten(Time forgotten) { forgotten_ = std::max(forgotten_, forgotten); }

  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
  std::chrono::seconds leeway() const noexcept { return leeway_; }

 private:
  struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string_view, SessionPtr, StringHash, std::equal_to<>> entries;
  };
  struct Due {
    std::int64_t time;  // when the entry may be forgotten, or earlier
    SessionPtr session;
    friend bool operator<(const Due& a, const Due& b) noexcept { return a.time > b.time; }
  };
  static constexpr std::size_t kShards = 32;
  static constexpr std::size_t kSweepEntries = 4;  // looked at for each session opened

  static void SortForExport(std::vector<const SessionEntry*>& entries);
  Shard& ShardOf(std::string_view id) const noexcept {
    return shards_[StringHash()(id) / 8 % kShards];
  }
  SessionChange RenewLocked(const SessionPtr& session, Time expires_at, Time now);
  bool Insert(SessionOpening opening, Time latest_exp, Liveness state, SessionPtr& inserted);
  void Sweep(Time now, std::size_t entries);
  bool IsForgettable(const SessionEntry& session, Time now) const noexcept;
  void Forget(const SessionPtr& session);

  // First, so that nothing of other alignment is padded.
  mutable std::array<Shard, kShards> shards_;
  const std::size_t max_sessions_;
  const std::chrono::seconds leeway_;
  const DigestKey& digest_key_;
  QuotaTable& quotas_;
  std::atomic<std::uint64_t>& sequence_;
  std::atomic<std::size_t> size_{0};
  Time forgotten_{};
  std::vector<Due> due_;  // a heap, earliest first; one for each entry
  std::mutex mutex_;      // of every change; before any shard's
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_SESSION_TABLE_H_
