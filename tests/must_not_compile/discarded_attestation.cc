// error: error: .*(unused-result|nodiscard)
#include "callgate/attestation.h"

void Try(const callgate::AttestationVerifier& verifier) { verifier.Verify("", {}, {}); }
