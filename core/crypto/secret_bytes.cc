#include <sodium.h>

#include <cstdlib>
#include <cstring>

#include "callgate/crypto.h"
#include "core/crypto/sodium.h"

namespace callgate {

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  crypto::RequireSodium();
  data_.reset(static_cast<char*>(sodium_malloc(size)));
  // Going on in ordinary memory would be a silent loss of protection.
  if (data_ == nullptr) std::abort();
  std::memset(data_.get(), 0, size);
}

// sodium_free erases before it unlocks and unmaps.
void SecretBytes::Erase::operator()(char* data) const noexcept { sodium_free(data); }

}  // namespace callgate
