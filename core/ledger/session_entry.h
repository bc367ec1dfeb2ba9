// One session: whose key it is bound to, under which contexts its calls are judged.
#ifndef CALLGATE_CORE_LEDGER_SESSION_ENTRY_H_
#define CALLGATE_CORE_LEDGER_SESSION_ENTRY_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "callgate/crypto.h"
#include "callgate/time.h"
#include "core/ledger/keyed_digest.h"
#include "core/ledger/quota.h"

namespace callgate::policy {
struct Context;
}

namespace callgate::ledger {

enum class Liveness : std::uint8_t { kOpen, kEnded, kRevoked };

// What a session is from the day it is opened.
struct SessionIdentity {
  std::string id;       // the token's jti
  std::string subject;  // sub
  std::string context;  // scp
  PublicKey public_key;
  // Whether the token names the key (cnf.jkt); then every later one has to.
  bool key_is_confirmed = false;

  friend bool operator==(const SessionIdentity&, const SessionIdentity&) = default;
};

// A context that bounds a session's calls because an ancestor is under it, as it was when the
// session, or one between the two, was opened. Each is kept once.
using ContextSnapshots = std::vector<std::shared_ptr<const policy::Context>>;

// The identity is immutable; what changes is atomic, so that a call reads it without a lock.
struct SessionEntry {
  SessionEntry(SessionIdentity identity_in, std::shared_ptr<SessionEntry> parent_in,
               ContextSnapshots snapshots_in, QuotaId quota_in, const DigestKey& digest_key)
      : identity(std::move(identity_in)),
        key(identity.public_key),
        key_thumbprint(identity.public_key.Thumbprint()),
        parent(std::move(parent_in)),
        root(parent == nullptr ? identity.subject : parent->root),
        root_digest(digest_key.OfRoot(root)),
        depth(parent == nullptr ? 0 : parent->depth + 1),
        snapshots(std::move(snapshots_in)),
        quota(quota_in) {}

  const SessionIdentity identity;
  const PreparedKey key;
  const std::string key_thumbprint;  // RFC 7638, as cnf.jkt names it
  const std::shared_ptr<SessionEntry> parent;
  const std::string root;  // root execution: `sub` of the topmost ancestor
  const Digest root_digest;
  const std::size_t depth;  // number of ancestors
  const ContextSnapshots snapshots;
  const QuotaId quota;

  std::atomic<Liveness> state{Liveness::kOpen};
  std::atomic<std::int64_t> expires_at{0};  // milliseconds
  std::atomic<std::int64_t> latest_exp{0};  // of any token with this id that was seen

  // REQUIRES: the table's lock. Entries that name this one as parent.
  std::size_t children = 0;
};

// True while the session and every ancestor are open.
inline bool IsOpen(const SessionEntry& session) noexcept {
  for (const SessionEntry* at = &session; at != nullptr; at = at->parent.get()) {
    if (at->state.load(std::memory_order_acquire) != Liveness::kOpen) return false;
  }
  return true;
}

// True while they are open and have not expired.
inline bool IsLive(const SessionEntry& session, Time now, std::chrono::seconds leeway) noexcept {
  const std::int64_t oldest_exp = (now - leeway).time_since_epoch().count();
  for (const SessionEntry* at = &session; at != nullptr; at = at->parent.get()) {
    if (at->state.load(std::memory_order_acquire) != Liveness::kOpen) return false;
    if (at->expires_at.load(std::memory_order_acquire) <= oldest_exp) return false;
  }
  return true;
}

inline void RaiseTo(std::atomic<std::int64_t>& value, std::int64_t at_least) noexcept {
  std::int64_t current = value.load(std::memory_order_acquire);
  while (current < at_least && !value.compare_exchange_weak(current, at_least)) {
  }
}

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_SESSION_ENTRY_H_
