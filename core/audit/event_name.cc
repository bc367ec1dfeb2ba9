#include "callgate/audit.h"

namespace callgate {

std::string_view AuditEventName(AuditEvent event) {
  switch (event) {
    case AuditEvent::kToolCallAuthorized:
      return "ToolCallAuthorized";
    case AuditEvent::kPolicyViolationBlocked:
      return "PolicyViolationBlocked";
    case AuditEvent::kSignatureVerificationFailed:
      return "SignatureVerificationFailed";
    case AuditEvent::kSecurityTokenExpired:
      return "SecurityTokenExpired";
  }
  return "";
}

AuditEvent AuditEventOf(ErrorCode code) {
  if (code == ErrorCode::kExpiredToken) return AuditEvent::kSecurityTokenExpired;
  // The numbers from 1000 to 1999 are those of envelopes, tokens and sessions.
  return CodeNumber(code) / 1000 == 1 ? AuditEvent::kSignatureVerificationFailed
                                      : AuditEvent::kPolicyViolationBlocked;
}

AuditEvent AuditEventOf(const Decision& decision) {
  return decision.allowed() ? AuditEvent::kToolCallAuthorized : AuditEventOf(*decision.code());
}

}  // namespace callgate
