// What one decision reads besides its envelope.
#ifndef CALLGATE_CORE_GATE_GATE_SNAPSHOT_H_
#define CALLGATE_CORE_GATE_GATE_SNAPSHOT_H_

#include <chrono>
#include <memory>
#include <string_view>

#include "callgate/gate.h"
#include "core/gate/call_record.h"
#include "core/gate/snapshot.h"
#include "core/ledger/tables.h"
#include "core/token/token_memory.h"

namespace callgate::gate {

// Held for the length of one call, so that nothing changes under it.
struct GateSnapshot {
  const GateOptions& options;
  TokenMemory& token_memory;
  SnapshotPtr snapshot;
  std::shared_ptr<ledger::Tables> tables;
};

// The two times of a call: what the caller's clock says, and what the ledger holds to be the time.
struct Times {
  Time now;
  Time ledger;  // never earlier

  // True where the caller's clock lags so far that being late may be its fault.
  bool has_stepped_back() const noexcept { return ledger - now > std::chrono::seconds(1); }
};

using ClaimsPtr = std::shared_ptr<const TokenClaims>;

// The claims of `token`, valid at times.ledger and remembered for the next call. The errors of
// VerifyToken; CLOCK_STEPPED where only the caller's clock makes it expired; INVALID_TOKEN without
// a jti, which names the session.
Result<ClaimsPtr> VerifiedClaims(const GateSnapshot& gate_snapshot, std::string_view token,
                                 Times times);

// True when `claims` say of the session what the token that opened it said.
[[nodiscard]] bool BelongTo(const TokenClaims& claims, const ledger::SessionEntry& session);

// The live session that `claims` name, which has to be theirs. UNKNOWN_SESSION, INVALID_TOKEN,
// SESSION_INACTIVE, CLOCK_STEPPED. Tells `record` whose call it is, also on errors.
Result<ledger::SessionPtr> BoundSession(const GateSnapshot& gate_snapshot, const ClaimsPtr& claims,
                                        Times times, CallRecord& record);

}  // namespace callgate::gate

#endif  // CALLGATE_CORE_GATE_GATE_SNAPSHOT_H_
