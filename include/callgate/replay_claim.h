// What may be used once, in a form that any store can remember.
#ifndef CALLGATE_REPLAY_CLAIM_H_
#define CALLGATE_REPLAY_CLAIM_H_

#include "callgate/crypto.h"
#include "callgate/time.h"

namespace callgate {

// To be inserted into a SeenTable, or into a store of the host's, after every other check passed:
// whoever inserts a key first may go on, everyone else is refused. A store that is full or does not
// answer refuses too.
struct ReplayClaim {
  Sha256Digest key{};     // of who issued and the identifier it chose; shared stores use its hex
  Sha256Digest bucket{};  // of who issued: a store bounds what one issuer can fill
  Time expires_at{};      // the key must be remembered until then
};

}  // namespace callgate

#endif  // CALLGATE_REPLAY_CLAIM_H_
