// Policy over a chain of sessions.
#ifndef CALLGATE_CORE_GATE_EVALUATE_CHAIN_H_
#define CALLGATE_CORE_GATE_EVALUATE_CHAIN_H_

#include <memory>

#include "core/gate/call.h"
#include "core/gate/call_record.h"
#include "core/gate/snapshot.h"

namespace callgate::gate {

// Why policy denies.
struct PolicyDenial {
  policy::Verdict verdict;
  const policy::Context* context = nullptr;  // null where none has the name
  bool is_by_ancestor = false;
  bool is_of_unknown_tool = false;
};

// A listing is judged by no rule, but by the same contexts: each of the chain still has to exist.
std::unique_ptr<PolicyDenial> EvaluateListing(const ledger::SessionEntry& session,
                                              const Snapshot& snapshot);

// A call must pass its own context as it stands now and, for every ancestor, that context as it
// stands now and each snapshot that was taken of it when a session of the chain was opened. Fills
// the allowances of `record`, own context first; null: every context allows.
std::unique_ptr<PolicyDenial> EvaluateChain(const Call& call, const ledger::SessionEntry& session,
                                            const Snapshot& snapshot, CallRecord& record);

// Policy allows tools by patterns, also such as there are not: null where the call's tool is there.
std::unique_ptr<PolicyDenial> FindTool(const Call& call, const Snapshot& snapshot);

}  // namespace callgate::gate

#endif  // CALLGATE_CORE_GATE_EVALUATE_CHAIN_H_
