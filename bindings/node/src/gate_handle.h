// How JavaScript holds gates: Handle<HeldGate>.
#ifndef CALLGATE_BINDINGS_NODE_GATE_HANDLE_H_
#define CALLGATE_BINDINGS_NODE_GATE_HANDLE_H_

#include <napi.h>

#include <memory>

#include "callgate/gate.h"
#include "handle.h"

namespace callgate::node {

using HeldGate = std::unique_ptr<Gate>;

// The gate that is a call's first argument.
inline Gate& GateOf(const Napi::CallbackInfo& info) { return *Handle<HeldGate>::Get(info[0]); }

}  // namespace callgate::node

#endif  // CALLGATE_BINDINGS_NODE_GATE_HANDLE_H_
