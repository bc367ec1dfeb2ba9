// What a client's own certificate must be, whichever authority issued it.
#ifndef CALLGATE_CORE_TRUST_LEAF_RULES_H_
#define CALLGATE_CORE_TRUST_LEAF_RULES_H_

#include <optional>
#include <string>
#include <string_view>

#include "callgate/time.h"
#include "callgate/trust.h"
#include "core/trust/certificate.h"

namespace callgate::trust {

// What the rest of the judgement needs of a leaf's names.
struct LeafNames {
  std::string spiffe_id;     // empty: it is no SVID
  std::string trust_domain;  // of the SPIFFE ID
};

struct LeafFinding {
  std::optional<TrustReason> refused;
  std::string_view detail;  // a constant
  LeafNames names;          // where it is not refused
};

// Version 3; no authority (CA, keyCertSign, cRLSign); not self-signed; may sign (digitalSignature)
// for TLS clients; strong key and signature; readable names; at most one URI where one is a SPIFFE
// ID; current. These are checks that path validation leaves out, or that must deny before any
// signature of the chain is verified.
LeafFinding JudgeLeaf(const Certificate& leaf, const TrustOptions& options, Time now);

// X509-SVID standard, 4.4: an extendedKeyUsage, where there is one, allows clients and servers.
[[nodiscard]] bool HasUsagesOfSvid(const Certificate& leaf);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_LEAF_RULES_H_
