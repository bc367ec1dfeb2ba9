#include "core/crypto/sodium.h"

#include <sodium.h>

#include <cstdlib>

namespace callgate::crypto {

void RequireSodium() noexcept {
  // sodium_init returns 1 when another part of the process has called it before.
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();
}

}  // namespace callgate::crypto
