// What the topics of attestation share.
#ifndef CALLGATE_BINDINGS_PYTHON_ATTESTATION_H_
#define CALLGATE_BINDINGS_PYTHON_ATTESTATION_H_

#include <string_view>

#include "border.h"
#include "callgate/attestation_reason.h"
#include "callgate/crypto.h"

namespace callgate::python {

AttestationEra EraFrom(std::string_view name);  // "legacy" or "modern"; ValueError
// 32 bytes; TypeError or ValueError.
Sha256Digest DigestFrom(py::handle bytes, const char* name);

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_ATTESTATION_H_
