// Agent attestation: signed statements of who an agent is, their issuers, and proofs of possession.
//
// Everything here is pure: times and keys are parameters, and nothing is fetched.
#ifndef CALLGATE_ATTESTATION_H_
#define CALLGATE_ATTESTATION_H_

#include "callgate/attestation_issue.h"     // IWYU pragma: export
#include "callgate/attestation_message.h"   // IWYU pragma: export
#include "callgate/attestation_reason.h"    // IWYU pragma: export
#include "callgate/attestation_trust.h"     // IWYU pragma: export
#include "callgate/attestation_verifier.h"  // IWYU pragma: export

#endif  // CALLGATE_ATTESTATION_H_
