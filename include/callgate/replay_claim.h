// ReplayClaim: a token or proof that may be used once, in a form that any store can remember.
#ifndef CALLGATE_REPLAY_CLAIM_H_
#define CALLGATE_REPLAY_CLAIM_H_

#include "callgate/crypto.h"
#include "callgate/time.h"

namespace callgate {

// Insert it into a SeenTable, or into a store of the host's, after every other check has passed.
// Only the first caller to insert a key may go on; all later ones are refused. A store that is full
// or does not answer refuses too.
struct ReplayClaim {
  Sha256Digest key{};     // of the issuer, or a proof's key, and the id; shared stores use its hex
  Sha256Digest bucket{};  // of the issuer or key alone: a store bounds what one can fill
  Time expires_at{};      // the key must be remembered until then
};

}  // namespace callgate

#endif  // CALLGATE_REPLAY_CLAIM_H_
