// Ledger: the state that decisions rest on. Which envelopes were seen, and which calls were charged
// to which rate limits. Gate embeds one, next to its sessions; a Ledger by itself commits the plans
// of a Gate that lives elsewhere in the process.
#ifndef CALLGATE_LEDGER_H_
#define CALLGATE_LEDGER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "callgate/crypto.h"
#include "callgate/decision.h"
#include "callgate/limits.h"
#include "callgate/time.h"

namespace callgate {

namespace ledger {
struct Tables;
}

// The identity of an envelope: who signed, and the signature. Strict Ed25519 is strongly
// unforgeable, so only the key's holder can make another signature for the same message.
struct ReplayKey {
  PublicKey public_key;
  Signature signature;
};

// What a ledger answers to a plan.
struct Committed {
  // For each context of the chain, in the order of Plan::charges(): which of its charges was taken.
  std::vector<std::uint32_t> taken;
};
struct AlreadySeen {};
struct RateLimited {
  std::chrono::milliseconds retry_after;
};
struct SessionInactive {};
struct Full {};
struct Unavailable {};
using Outcome =
    std::variant<Committed, AlreadySeen, RateLimited, SessionInactive, Full, Unavailable>;

struct LedgerUsage {
  std::size_t replay_entries;
  std::size_t replay_bytes;  // heap bytes they occupy, at most 40 an entry in a table of any size
                             // that matters
  std::size_t rate_windows;
  std::size_t rate_entries;
};

// Thread-safe: every member function may be called from any thread at any time.
class Ledger {
 public:
  // REQUIRES: window as in GateOptions. `limits` bounds the tables.
  Ledger(const Limits& limits, std::chrono::milliseconds window);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // One step, all or nothing. The envelope is recorded unless it was seen before (AlreadySeen, also
  // for one that is no longer fresh); then of every list in `charges` the first with room is
  // charged, each distinct window once, or, where a list has none, nothing is (RateLimited; the
  // envelope stays recorded). Full writes nothing. An entry is never dropped while its envelope
  // could be fresh.
  //
  // Which sessions are open is not known here: what holds them answers SessionInactive.
  Outcome Commit(const ReplayKey& key, Time timestamp,
                 const std::vector<std::vector<RateCharge>>& charges, Time now);

  // The latest `now` that was seen. Everything above is judged by it, so a clock that steps back
  // opens nothing.
  Time time() const noexcept;
  LedgerUsage usage() const;

 private:
  std::unique_ptr<ledger::Tables> tables_;
};

}  // namespace callgate

#endif  // CALLGATE_LEDGER_H_
