// All mutable state of a ledger, in one place.
#ifndef CALLGATE_CORE_LEDGER_TABLES_H_
#define CALLGATE_CORE_LEDGER_TABLES_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "callgate/limits.h"
#include "core/ledger/clock.h"
#include "core/ledger/keyed_digest.h"
#include "core/ledger/rate_table.h"
#include "core/ledger/replay_table.h"
#include "core/ledger/session_table.h"

namespace callgate::ledger {

// Locks are taken in this order: sessions (the table, then a shard), replays, rates. A call takes
// one shard of each; export takes all.
struct Tables {
  Tables(const Limits& limits, std::chrono::milliseconds window_in, std::chrono::seconds leeway,
         const DigestKey& digest_key_in = DigestKey::Random())
      : window(window_in),
        max_session_depth(limits.max_session_depth),
        digest_key(digest_key_in),
        replays(limits.max_replay_entries, limits.max_replay_entries_per_session, window_in),
        rates(limits.max_rate_windows, limits.max_rate_entries),
        sessions(limits.max_sessions, leeway, digest_key, replays.quotas(), sequence) {}

  // Sets the time, also back. Replay entries are dropped, and calls charged in
  // the future count as made now. REQUIRES: every session has ended, so that nothing that was seen
  // can be accepted again.
  void SetTime(Time now) {
    replays.Clear();
    rates.MoveBack(now);
    clock.Set(now);
  }

  const std::chrono::milliseconds window;
  const std::size_t max_session_depth;
  const DigestKey digest_key;
  Clock clock;
  // Number of the latest journal record. A commit takes its number under its replay shard's lock,
  // so that an export, which holds them all, contains exactly the records up to the number it
  // names.
  std::atomic<std::uint64_t> sequence{0};
  ReplayTable replays;
  RateTable rates;
  SessionTable sessions;
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_TABLES_H_
