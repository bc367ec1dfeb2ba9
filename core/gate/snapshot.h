// What decisions are made by: the policy, the issuers' keys and the tools that there are, replaced
// as a whole.
#ifndef CALLGATE_CORE_GATE_SNAPSHOT_H_
#define CALLGATE_CORE_GATE_SNAPSHOT_H_

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "callgate/policy.h"
#include "callgate/token.h"
#include "core/gate/offered_tools.h"
#include "core/policy/model/context.h"

namespace callgate::gate {

// Immutable. A decision under way keeps the one it began with.
class Snapshot {
 public:
  Snapshot(PolicySet policy, IssuerKeys issuer_keys, OfferedToolsPtr offered_tools)
      : policy_(std::move(policy)),
        issuer_keys_(std::move(issuer_keys)),
        offered_tools_(std::move(offered_tools)) {
    for (const std::string& name : policy_.context_names()) {
      std::shared_ptr<const policy::Context> context = policy_.Find(name);
      contexts_.emplace(context->name, std::move(context));
    }
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  const PolicySet& policy() const noexcept { return policy_; }
  const IssuerKeys& issuer_keys() const noexcept { return issuer_keys_; }
  const OfferedToolsPtr& offered_tools() const noexcept { return offered_tools_; }
  // Null where there is none; lives as long as the Snapshot.
  const std::shared_ptr<const policy::Context>* Find(std::string_view name) const noexcept {
    const auto found = contexts_.find(name);
    return found == contexts_.end() ? nullptr : &found->second;
  }

 private:
  const PolicySet policy_;
  const IssuerKeys issuer_keys_;
  const OfferedToolsPtr offered_tools_;
  // Hashed, since every call looks its context up; the keys are the contexts' own names.
  std::unordered_map<std::string_view, std::shared_ptr<const policy::Context>> contexts_;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace callgate::gate

#endif  // CALLGATE_CORE_GATE_SNAPSHOT_H_
