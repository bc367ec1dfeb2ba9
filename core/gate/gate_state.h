// What a Gate holds.
#ifndef CALLGATE_CORE_GATE_GATE_STATE_H_
#define CALLGATE_CORE_GATE_GATE_STATE_H_

#include <memory>
#include <mutex>
#include <utility>

#include "callgate/gate.h"
#include "core/gate/gate_snapshot.h"

namespace callgate {

struct Gate::State {
  State(GateOptions options_in, gate::SnapshotPtr snapshot_in)
      : options(std::move(options_in)),
        token_memory(options.limits.max_remembered_tokens),
        snapshot(std::move(snapshot_in)),
        tables(std::make_shared<ledger::Tables>(options.limits, options.window,
                                                options.token.leeway)) {}

  gate::GateSnapshot Read() {
    const std::scoped_lock lock(pointers);
    return {options, token_memory, snapshot, tables};
  }
  gate::SnapshotPtr ReadSnapshot() {
    const std::scoped_lock lock(pointers);
    return snapshot;
  }
  std::shared_ptr<ledger::Tables> ReadTables() {
    const std::scoped_lock lock(pointers);
    return tables;
  }

  // REQUIRES: `changes` is held.
  void Replace(gate::SnapshotPtr next);

  const GateOptions options;
  TokenMemory token_memory;

  // Serializes what changes sessions with what replaces the tables they are in. Before `pointers`.
  std::mutex changes;

 private:
  friend class Gate;
  // Of the two pointers: held for as long as copying one takes. (std::atomic<std::shared_ptr> of
  // libstdc++ 12 does the same, in a way that ThreadSanitizer cannot follow.)
  std::mutex pointers;
  gate::SnapshotPtr snapshot;
  std::shared_ptr<ledger::Tables> tables;
};

}  // namespace callgate

#endif  // CALLGATE_CORE_GATE_GATE_STATE_H_
