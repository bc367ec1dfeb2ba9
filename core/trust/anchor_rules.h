// What may be an anchor.
#ifndef CALLGATE_CORE_TRUST_ANCHOR_RULES_H_
#define CALLGATE_CORE_TRUST_ANCHOR_RULES_H_

#include <optional>

#include "callgate/trust.h"
#include "core/trust/certificate.h"

namespace callgate::trust {

// nullopt for an authority: basicConstraints with CA, a keyUsage with keyCertSign where it has one
// (RFC 5280, 4.2.1.3 and 4.2.1.9), a strong key in its
// canonical encoding, and, unless it is self-signed, a strong signature.
// Else kAnchorNotCa, kAnchorKeyEncoding, kAnchorWeakKey or kAnchorWeakSignature. A leaf that is put
// among anchors would otherwise vouch for itself.
std::optional<TrustReason> RefuseAnchor(const Certificate& certificate);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_ANCHOR_RULES_H_
