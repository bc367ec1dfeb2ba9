// How JavaScript holds Decisions: by the block, so that a decision costs no object of Node-API,
// which would be several times what deciding a call by policy costs.
#ifndef CALLGATE_BINDINGS_NODE_DECISION_H_
#define CALLGATE_BINDINGS_NODE_DECISION_H_

#include <napi.h>

#include <array>
#include <vector>

#include "callgate/decision.h"

namespace callgate::node {

// lib/decision-record.ts fills slot by slot, each once, and lets go of a block that is full: it is
// freed when the last of its decisions was collected.
using DecisionBlock = std::array<Decision, 32>;

// Puts `decision` into the slot that a call's arguments name, a block and an index, and returns
// what JavaScript reads at once: 0 when allowed, else 1 + the position of the code; plus 64 times
// (capability + 1), 0 for none.
Napi::Value Keep(Napi::Env env, const Napi::Value& block, const Napi::Value& slot,
                 Decision decision);

Napi::Value ToJs(Napi::Env env, const std::vector<RateCharge>& charges);

}  // namespace callgate::node

#endif  // CALLGATE_BINDINGS_NODE_DECISION_H_
