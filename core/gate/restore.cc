// Gate's exported state, and its restoration with the journal records written since.
#include <utility>

#include "core/gate/gate_state.h"
#include "core/gate/state/journal.h"
#include "core/gate/state/state_text.h"

namespace callgate {

std::string Gate::ExportState() const {
  std::unique_lock changes(state_->changes);
  const ledger::LedgerState state = Export(*state_->tables);
  changes.unlock();
  return gate::WriteState(state);
}

Result<void> Gate::RestoreState(std::string_view text, const std::vector<std::string>& effects) {
  const GateOptions& options = state_->options;
  const Result<ledger::LedgerState> state = gate::ReadState(text, options.limits);
  if (!state) return state.error();
  auto tables = Import(*state, options.limits, options.window, options.token.leeway);
  if (!tables) return tables.error();

  std::vector<ledger::JournalRecord> records;
  for (const std::string& effect : effects) {
    if (effect.empty()) continue;  // of a call that changed nothing
    auto record = gate::ReadJournal(effect, options.limits);
    if (!record) return record.error();
    records.push_back(std::move(*record));
  }
  if (auto applied = Apply(std::move(records), **tables); !applied) return applied;

  const std::scoped_lock changes(state_->changes);
  std::shared_ptr<ledger::Tables> restored = std::move(*tables);
  const std::scoped_lock pointers(state_->pointers);
  state_->tables.swap(restored);
  return {};
}

}  // namespace callgate
