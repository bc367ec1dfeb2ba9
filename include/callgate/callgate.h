// All of callgate's C++ interface.
#ifndef CALLGATE_CALLGATE_H_
#define CALLGATE_CALLGATE_H_

#include "callgate/attestation.h"
#include "callgate/audit.h"
#include "callgate/crypto.h"
#include "callgate/decision.h"
#include "callgate/envelope.h"
#include "callgate/error.h"
#include "callgate/gate.h"
#include "callgate/guard.h"
#include "callgate/json.h"
#include "callgate/ledger.h"
#include "callgate/limits.h"
#include "callgate/policy.h"
#include "callgate/replay_claim.h"
#include "callgate/result.h"
#include "callgate/result_meter.h"
#include "callgate/seen_table.h"
#include "callgate/split_object.h"
#include "callgate/time.h"
#include "callgate/token.h"

#endif  // CALLGATE_CALLGATE_H_
