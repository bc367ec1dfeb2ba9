#include "core/trust/libcrypto.h"

#include <openssl/crypto.h>
#include <openssl/provider.h>

namespace callgate::trust {

OSSL_LIB_CTX* LibraryContext() {
  // Not freed: snapshots may outlive every static object.
  static OSSL_LIB_CTX* const context = []() -> OSSL_LIB_CTX* {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    if (made != nullptr && OSSL_PROVIDER_load(made, "default") == nullptr) {
      OSSL_LIB_CTX_free(made);
      made = nullptr;
    }
    return made;
  }();
  return context;
}

}  // namespace callgate::trust
