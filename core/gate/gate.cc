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
      std::make_shared<const gate::Snapshot>(std::move(policy), std::move(issuer_keys), nullptr);
  return std::unique_ptr<Gate>(
      new Gate(std::make_unique<State>(std::move(options), std::move(snapshot))));
}

// Built while the old one is in use; callers wait only while the pointers are exchanged.
void Gate::State::Replace(gate::SnapshotPtr next) {
  const std::scoped_lock lock(pointers);
  snapshot.swap(next);
}

void Gate::SetPolicy(PolicySet policy) {
  const std::scoped_lock changes(state_->changes);
  const gate::SnapshotPtr old = state_->ReadSnapshot();
  state_->Replace(std::make_shared<const gate::Snapshot>(std::move(policy), old->issuer_keys(),
                                                         old->offered_tools()));
}

void Gate::SetIssuerKeys(IssuerKeys issuer_keys) {
  const std::scoped_lock changes(state_->changes);
  const gate::SnapshotPtr old = state_->ReadSnapshot();
  state_->Replace(std::make_shared<const gate::Snapshot>(old->policy(), std::move(issuer_keys),
                                                         old->offered_tools()));
}

Result<void> Gate::SetOfferedTools(const std::optional<std::vector<std::string>>& patterns) {
  gate::OfferedToolsPtr offered;
  if (patterns) {
    offered = gate::OfferedTools::Parse(*patterns);
    if (offered == nullptr) {
      return Invalid("a tool pattern is a tool name, or one with .* at its end, or *", "tools");
    }
  }
  const std::scoped_lock changes(state_->changes);
  const gate::SnapshotPtr old = state_->ReadSnapshot();
  state_->Replace(std::make_shared<const gate::Snapshot>(old->policy(), old->issuer_keys(),
                                                         std::move(offered)));
  return {};
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
