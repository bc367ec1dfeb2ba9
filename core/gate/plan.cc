#include <utility>

#include "core/gate/gate_state.h"
#include "core/gate/planned_call.h"

namespace callgate {

using gate::CommitOutcome;
using ledger::CommitStatus;

struct Plan::State {
  gate::PlannedCall call;
  Decision refusal;  // the decision, where there is nothing to commit
  std::optional<ReplayKey> replay_key;
  Time timestamp{};
  std::chrono::milliseconds window{};
  bool is_finished = false;
  std::vector<std::string> sessions;
  std::vector<std::vector<RateCharge>> charges;
};

namespace {

// `taken` holds one choice for each list, within it.
bool Fits(const Committed& committed, const std::vector<std::vector<RateCharge>>& charges) {
  if (committed.taken.size() != charges.size()) return false;
  for (std::size_t i = 0; i < charges.size(); ++i) {
    if (committed.taken[i] >= charges[i].size()) return false;
  }
  return true;
}

struct ToCommitOutcome {
  CommitOutcome operator()(const Committed&) const { return {CommitStatus::kCommitted}; }
  CommitOutcome operator()(const AlreadySeen&) const { return {CommitStatus::kAlreadySeen}; }
  CommitOutcome operator()(const RateLimited& limited) const {
    return {CommitStatus::kRateLimited, limited.retry_after};
  }
  CommitOutcome operator()(const SessionInactive&) const {
    return {CommitStatus::kSessionInactive};
  }
  CommitOutcome operator()(const Full&) const { return {CommitStatus::kFull}; }
  CommitOutcome operator()(const Unavailable&) const { return {}; }
};

}  // namespace

Plan Gate::MakePlan(std::string_view bytes, Time now) {
  auto plan = std::make_unique<Plan::State>();
  if (const Result<void> valid = CheckTime(now); !valid) {
    plan->refusal = gate::DenyTime(valid.error(), bytes, state_->options.limits);
    return Plan(std::move(plan));
  }
  const gate::GateSnapshot gate_snapshot = state_->Read();
  plan->call = gate::PlanCall(gate_snapshot, bytes, {now, gate_snapshot.tables->clock.Peek(now)});
  if (plan->call.refusal) {
    plan->refusal = gate::Finish(std::move(plan->call), {});
    return Plan(std::move(plan));
  }
  const gate::CallRecord& record = *plan->call.record;
  plan->replay_key = ReplayKey{*record.public_key, *record.signature};
  plan->timestamp = plan->call.timestamp;
  plan->window = plan->call.window;
  for (const auto* session = record.session; session != nullptr; session = session->parent.get()) {
    plan->sessions.push_back(session->identity.id);
  }
  plan->charges = record.ChargeLists();
  return Plan(std::move(plan));
}

Plan::Plan(std::unique_ptr<State> state) : state_(std::move(state)) {}
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;
Plan::~Plan() = default;

std::optional<ReplayKey> Plan::replay_key() const { return state_->replay_key; }
const std::vector<std::string>& Plan::sessions() const { return state_->sessions; }
Time Plan::timestamp() const { return state_->timestamp; }
std::chrono::milliseconds Plan::window() const { return state_->window; }
const std::vector<std::vector<RateCharge>>& Plan::charges() const { return state_->charges; }

Decision Plan::Finish(const Outcome& outcome) {
  if (std::exchange(state_->is_finished, true)) return Decision();
  if (!state_->replay_key) return std::move(state_->refusal);
  CommitOutcome commit = std::visit(ToCommitOutcome(), outcome);
  // An answer to another question, or one that means nothing, is no answer.
  if (const auto* committed = std::get_if<Committed>(&outcome)) {
    if (Fits(*committed, state_->charges)) {
      gate::RecordTaken(committed->taken, *state_->call.record);
    } else {
      commit = {};
    }
  } else if (commit.retry_after < std::chrono::milliseconds(0)) {
    commit = {};
  }
  return gate::Finish(std::move(state_->call), commit);
}

}  // namespace callgate
