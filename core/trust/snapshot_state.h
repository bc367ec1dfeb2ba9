// What a snapshot holds.
#ifndef CALLGATE_CORE_TRUST_SNAPSHOT_STATE_H_
#define CALLGATE_CORE_TRUST_SNAPSHOT_STATE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "callgate/trust.h"
#include "core/trust/anchor_group.h"
#include "core/trust/digest_set.h"

namespace callgate::trust {

// A store of a group.
struct StoreOfGroup {
  std::uint32_t group = 0;
  std::uint32_t store = 0;
  friend bool operator==(const StoreOfGroup&, const StoreOfGroup&) = default;
};

struct SourceName {
  std::string name;
  bool available = true;
};

// Filled by Load, constant after it.
class SnapshotState {
 public:
  TrustOptions options;
  std::vector<SourceName> sources;   // in the order in which they are asked
  std::vector<AnchorGroup> groups;   // source by source
  std::vector<TrustAnchor> anchors;  // as users see them
  DigestSet revoked;                 // of SubjectPublicKeyInfo
  // Which stores have an anchor of a name; by a short hash of the name in its canonical form, so
  // that a few that have none are among them.
  std::unordered_map<unsigned long, std::vector<StoreOfGroup>> stores_of_subject;
  std::unordered_map<std::string, std::uint32_t> group_of_trust_domain;
};

// The key of `stores_of_subject`. False where there was no memory.
[[nodiscard]] bool HashName(const X509_NAME* name, unsigned long& hash);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_SNAPSHOT_STATE_H_
