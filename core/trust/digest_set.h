// Digests as keys.
#ifndef CALLGATE_CORE_TRUST_DIGEST_SET_H_
#define CALLGATE_CORE_TRUST_DIGEST_SET_H_

#include <cstddef>
#include <cstring>
#include <unordered_set>

#include "callgate/crypto.h"

namespace callgate::trust {

// A digest is as good as random already.
struct DigestHash {
  std::size_t operator()(const Sha256Digest& digest) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
  }
};

using DigestSet = std::unordered_set<Sha256Digest, DigestHash>;

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_DIGEST_SET_H_
