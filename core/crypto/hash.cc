#include <sodium.h>

#include "callgate/crypto.h"
#include "core/crypto/sodium.h"

namespace callgate {

Sha256Digest Sha256(std::string_view bytes) noexcept {
  Sha256Digest digest;
  crypto_hash_sha256(digest.data(), crypto::Bytes(bytes), bytes.size());
  return digest;
}

void RandomBytes(void* out, std::size_t size) noexcept {
  crypto::RequireSodium();
  randombytes_buf(out, size);
}

}  // namespace callgate
