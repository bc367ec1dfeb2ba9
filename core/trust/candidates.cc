#include "core/trust/candidates.h"

#include <algorithm>

namespace callgate::trust {

std::vector<StoreOfGroup> CandidatesFor(const SnapshotState& state, const PresentedChain& chain,
                                        bool& failed) {
  std::vector<StoreOfGroup> found;
  for (const Certificate& certificate : chain.certificates) {
    unsigned long hash = 0;
    if (!HashName(X509_get_issuer_name(certificate.x509()), hash)) {
      failed = true;
      return {};
    }
    const auto stores = state.stores_of_subject.find(hash);
    if (stores == state.stores_of_subject.end()) continue;
    for (const StoreOfGroup& store : stores->second) {
      if (!state.groups[store.group].is_bundle()) found.push_back(store);
    }
  }
  const auto before = [](const StoreOfGroup& a, const StoreOfGroup& b) {
    return a.group != b.group ? a.group < b.group : a.store < b.store;
  };
  std::sort(found.begin(), found.end(), before);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace callgate::trust
