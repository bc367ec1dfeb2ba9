// A ledger's state as plain data, for export and restore.
#ifndef CALLGATE_CORE_LEDGER_STATE_H_
#define CALLGATE_CORE_LEDGER_STATE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "callgate/limits.h"
#include "callgate/result.h"
#include "core/ledger/tables.h"

namespace callgate::ledger {

struct SavedSession {
  SessionIdentity identity;
  std::optional<std::string> parent;  // id
  Time expires_at;
  Time latest_exp;
  Liveness state = Liveness::kEnded;
  ContextSnapshots snapshots;

  // True where both are the session of one id: what never changes of it is the same.
  bool IsSameSession(const SavedSession& other) const {
    return identity == other.identity && parent == other.parent;
  }
};

struct SavedReplays {
  std::int64_t second;
  std::optional<std::string> session;  // whose quota they count in
  std::vector<Digest> envelopes;       // ascending
};

struct SavedWindow {
  Digest root;
  Digest window;
  std::int64_t period;              // milliseconds
  std::vector<std::int64_t> times;  // ascending
};

struct LedgerState {
  DigestKey::Bytes digest_key{};
  std::uint64_t sequence = 0;  // of the last journal record that is contained
  std::chrono::milliseconds window{};
  Time time{};
  Time forgotten{};
  std::vector<SavedSession> sessions;  // parents before children
  std::vector<SavedReplays> replays;   // by second and session
  std::vector<SavedWindow> windows;    // by window
};

SavedSession Save(const SessionEntry& session);

// One moment's state, in an order that depends on nothing but the state.
LedgerState Export(Tables& tables);

// Tables with that state. INVALID_ARGUMENT where it contradicts itself, goes over `limits`, or was
// kept for a window shorter than `window`: replays would be missing.
Result<std::shared_ptr<Tables>> Import(const LedgerState& state, const Limits& limits,
                                       std::chrono::milliseconds window,
                                       std::chrono::seconds leeway);

// What one journal record says.
struct JournalRecord {
  enum class Type : std::uint8_t { kCall, kOpen, kRenew, kClose, kReset };
  struct Charge {
    Digest window;
    std::int64_t period;  // milliseconds
  };

  Type type = Type::kCall;
  Digest ledger;  // LedgerId of the ledger that wrote it
  std::uint64_t sequence = 0;
  Time at{};

  std::string session;  // kCall, kRenew, kClose
  Time expires_at{};    // kCall, kRenew: of the token
  Digest envelope;      // kCall, as all below
  std::int64_t second = 0;
  Digest root;
  std::vector<Charge> charges;

  Liveness state = Liveness::kEnded;   // kClose
  std::optional<SavedSession> opened;  // kOpen
};

Digest LedgerId(const DigestKey& key) noexcept;

// Applies `records`, in the order of their numbers and each once; those that the state contains
// already change nothing. INVALID_ARGUMENT where one does not fit, e.g. is another ledger's.
// REQUIRES: `tables` is not in use yet.
Result<void> Apply(std::vector<JournalRecord> records, Tables& tables);

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_STATE_H_
