#ifndef CALLGATE_CORE_CRYPTO_SODIUM_H_
#define CALLGATE_CORE_CRYPTO_SODIUM_H_

#include <string_view>

namespace callgate::crypto {

// Initializes libsodium once for the process; aborts when it has no source of randomness. Cheap to
// call again and from any thread: call it before anything of libsodium that depends on it (random
// bytes, guarded memory, the choice of the fastest implementation).
void RequireSodium() noexcept;

inline const unsigned char* Bytes(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* Bytes(char* data) noexcept { return reinterpret_cast<unsigned char*>(data); }

}  // namespace callgate::crypto

#endif  // CALLGATE_CORE_CRYPTO_SODIUM_H_
