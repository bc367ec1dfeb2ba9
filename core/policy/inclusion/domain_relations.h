// Which domain entries are within which: the sets of hosts that entries stand for, compared. All
// are exact.
#ifndef CALLGATE_CORE_POLICY_INCLUSION_DOMAIN_RELATIONS_H_
#define CALLGATE_CORE_POLICY_INCLUSION_DOMAIN_RELATIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/policy/model/domain_entry.h"
#include "core/policy/values/address_set.h"

namespace callgate::policy {

// Hosts: names, and addresses in whatever spelling has one. Views are into the entries it was made
// from.
struct HostSet {
  struct Names {
    std::string_view host;
    bool itself;
    bool deeper;
  };

  static HostSet OfAllowed(const DomainEntry& entry);
  // In deny lists an address of IPv4 covers what stands for it in IPv6.
  static HostSet OfDenied(const DomainEntry& entry);

  bool empty() const noexcept { return !any_name && names.empty() && addresses.empty(); }
  bool IsWithin(const HostSet& outer) const noexcept;
  bool Meets(const HostSet& other) const noexcept;
  // Hosts of the set as URLs write them: names themselves, with `fresh` before what is deeper, and
  // the ends of the first blocks.
  std::vector<std::string> Samples(std::string_view fresh) const;

  bool any_name = false;
  std::vector<Names> names;
  AddressSet addresses;
};

// Every domain that `inner` allows, `outer` allows.
bool AllowsWithin(const DomainEntry& inner, const DomainEntry& outer);
// Every domain that `allowed` allows, `denied` denies.
bool DeniesAllowed(const DomainEntry& allowed, const DomainEntry& denied);
// Some domain that `allowed` allows, `denied` denies.
bool DeniesSome(const DomainEntry& allowed, const DomainEntry& denied);
// Every domain that `inner` denies, `outer` denies.
bool DeniesWithin(const DomainEntry& inner, const DomainEntry& outer);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_INCLUSION_DOMAIN_RELATIONS_H_
