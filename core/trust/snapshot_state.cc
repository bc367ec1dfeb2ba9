#include "core/trust/snapshot_state.h"

#include <cstring>

namespace callgate::trust {

std::size_t DigestHash::operator()(const Sha256Digest& digest) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

bool HashName(const X509_NAME* name, unsigned long& hash) {
  int ok = 0;
  hash = X509_NAME_hash_ex(name, LibraryContext(), nullptr, &ok);
  return ok == 1;
}

}  // namespace callgate::trust
