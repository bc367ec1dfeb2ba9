#include "callgate/gate.h"

#include <utility>

#include "core/gate/gate_state.h"
#include "core/gate/state/journal.h"
#include "core/token/claims.h"

namespace callgate {
namespace {

Error Invalid(std::string message, std::string where) {
  return Error{ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

}  // namespace

Gate::Gate(std::unique_ptr<State> state) : state_(std::move(state)) {}
Gate::~Gate() = default;

Result<std::unique_ptr<Gate>> Gate::Create(PolicySet policy, IssuerKeys issuer_keys,
                                           GateOptions options) {
  if (options.window <= std::chrono::milliseconds(0) || options.window > kLargestWindow) {
    return Invalid("window must be above 0 and at most 300 seconds", "window");
  }
  if (Result<void> ok = token::CheckExpectations(options.token); !ok) return ok.error();
  gate::SnapshotPtr snapshot =
      std::make_shared<const gate::Snapshot>(std::move(policy), std::move(issuer_keys));
  return std::unique_ptr<Gate>(
      new Gate(std::make_unique<State>(std::move(options), std::move(snapshot))));
}

void Gate::SetPolicy(PolicySet policy) {
  // Built beside the one in use; only the exchange of the pointers holds anybody up.
  const std::scoped_lock changes(state_->changes);
  gate::SnapshotPtr snapshot = std::make_shared<const gate::Snapshot>(
      std::move(policy), state_->ReadSnapshot()->issuer_keys());
  const std::scoped_lock pointers(state_->pointers);
  state_->snapshot.swap(snapshot);
}

void Gate::SetIssuerKeys(IssuerKeys issuer_keys) {
  const std::scoped_lock changes(state_->changes);
  gate::SnapshotPtr snapshot = std::make_shared<const gate::Snapshot>(
      state_->ReadSnapshot()->policy(), std::move(issuer_keys));
  const std::scoped_lock pointers(state_->pointers);
  state_->snapshot.swap(snapshot);
}

PolicySet Gate::policy() const { return state_->ReadSnapshot()->policy(); }

Result<std::string> Gate::ResetClock(Time now) {
  if (auto valid = CheckTime(now); !valid) return valid.error();
  const std::scoped_lock changes(state_->changes);
  ledger::Tables& tables = *state_->tables;
  // The sessions first: a call that is under way finds its own ended when it commits.
  const std::uint64_t sequence = tables.sessions.EndAll();
  tables.SetTime(now);
  return gate::JournalReset(tables, sequence, now);
}

}  // namespace callgate
