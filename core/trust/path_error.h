// What libcrypto says of a path, as a reason.
#ifndef CALLGATE_CORE_TRUST_PATH_ERROR_H_
#define CALLGATE_CORE_TRUST_PATH_ERROR_H_

#include "callgate/trust.h"

namespace callgate::trust {

// `error` is X509_V_ERR_*. One that is not known means that there is no path: kUntrusted.
[[nodiscard]] TrustReason ReasonOf(int error) noexcept;

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_PATH_ERROR_H_
