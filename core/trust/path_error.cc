#include "core/trust/path_error.h"

#include <openssl/x509_vfy.h>

namespace callgate::trust {

TrustReason ReasonOf(int error) noexcept {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return TrustReason::kExpired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TrustReason::kNotYetValid;
    case X509_V_ERR_INVALID_PURPOSE:  // of an authority, after its other rights were found good
      return TrustReason::kWrongEku;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_EC_KEY_EXPLICIT_PARAMS:
      return TrustReason::kWeakKey;
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return TrustReason::kWeakSignature;
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
      return TrustReason::kNameConstraint;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_INVALID_NON_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
    case X509_V_ERR_INVALID_EXTENSION:
    case X509_V_ERR_INVALID_POLICY_EXTENSION:
    case X509_V_ERR_NO_EXPLICIT_POLICY:
    case X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED:
      return TrustReason::kInvalidChain;
    case X509_V_ERR_OUT_OF_MEM:
    case X509_V_ERR_UNSPECIFIED:
    case X509_V_ERR_INVALID_CALL:
      return TrustReason::kInternalError;
    default:
      return TrustReason::kUntrusted;
  }
}

}  // namespace callgate::trust
