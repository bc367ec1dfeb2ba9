#include "core/trust/snapshot_state.h"

namespace callgate::trust {

bool HashName(const X509_NAME* name, unsigned long& hash) {
  int ok = 0;
  hash = X509_NAME_hash_ex(name, LibraryContext(), nullptr, &ok);
  return ok == 1;
}

}  // namespace callgate::trust
