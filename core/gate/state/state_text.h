// Exported state: canonical JSON of ours, read back strictly and all or nothing.
#ifndef CALLGATE_CORE_GATE_STATE_STATE_TEXT_H_
#define CALLGATE_CORE_GATE_STATE_STATE_TEXT_H_

#include <string>
#include <string_view>

#include "callgate/limits.h"
#include "callgate/result.h"
#include "core/ledger/state.h"

namespace callgate::gate {

std::string WriteState(const ledger::LedgerState& state);

// INVALID_ARGUMENT for what WriteState did not write. `limits` bound the contexts in it.
Result<ledger::LedgerState> ReadState(std::string_view text, const Limits& limits);

}  // namespace callgate::gate

#endif  // CALLGATE_CORE_GATE_STATE_STATE_TEXT_H_
