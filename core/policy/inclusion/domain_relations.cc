#include "core/policy/inclusion/domain_relations.h"

#include <algorithm>

namespace callgate::policy {
namespace {

// No value that an allowlist passes is written as IPv6 and stands for IPv4.
AddressSet WithoutEmbedded(AddressSet addresses) {
  const AddressBlock all_ipv4 = BlockAround(Address::OfIpv4(0), 0);
  for (const AddressBlock& embedded : EmbeddingsOf(all_ipv4)) addresses.Remove(embedded);
  return addresses;
}

void AddDenied(const AddressBlock& block, AddressSet& addresses) {
  addresses.Add(block);
  if (block.first.family != Address::Family::kIpv4) return;
  for (const AddressBlock& embedded : EmbeddingsOf(block)) addresses.Add(embedded);
}

bool AreWithin(const HostSet::Names& inner, const std::vector<HostSet::Names>& outer) noexcept {
  const auto holds = [&](auto part) { return std::any_of(outer.begin(), outer.end(), part); };
  const bool itself = !inner.itself || holds([&](const HostSet::Names& names) {
    return (names.itself && names.host == inner.host) ||
           (names.deeper && IsHostBelow(inner.host, names.host));
  });
  // Some deeper host is in no name but one of those above it.
  const bool deeper = !inner.deeper || holds([&](const HostSet::Names& names) {
    return names.deeper && (names.host == inner.host || IsHostBelow(inner.host, names.host));
  });
  return itself && deeper;
}

bool Meet(const HostSet::Names& a, const HostSet::Names& b) noexcept {
  if (a.host == b.host) return (a.itself && b.itself) || (a.deeper && b.deeper);
  // Of the lower one all is below the other.
  return (a.deeper && IsHostBelow(b.host, a.host)) || (b.deeper && IsHostBelow(a.host, b.host));
}

}  // namespace

HostSet HostSet::OfAllowed(const DomainEntry& entry) {
  HostSet hosts;
  switch (entry.kind) {
    case DomainEntry::Kind::kName:
      hosts.names.push_back({entry.host, !entry.wildcard, entry.wildcard});
      break;
    case DomainEntry::Kind::kBlock:
      hosts.addresses.Add(entry.block);
      hosts.addresses = WithoutEmbedded(std::move(hosts.addresses));
      break;
    case DomainEntry::Kind::kWord:
      break;
    case DomainEntry::Kind::kAny:
      hosts.any_name = true;
      hosts.addresses = WithoutEmbedded(AddressSet::All());
      break;
  }
  return hosts;
}

HostSet HostSet::OfDenied(const DomainEntry& entry) {
  HostSet hosts;
  switch (entry.kind) {
    case DomainEntry::Kind::kName:
      hosts.names.push_back({entry.host, true, entry.wildcard});
      break;
    case DomainEntry::Kind::kBlock:
      AddDenied(entry.block, hosts.addresses);
      break;
    case DomainEntry::Kind::kWord:
      for (const AddressWord::Name& name : entry.word->names) {
        hosts.names.push_back({name.host, true, name.deeper});
      }
      for (const AddressBlock& block : entry.word->addresses.blocks()) {
        AddDenied(block, hosts.addresses);
      }
      break;
    case DomainEntry::Kind::kAny:
      hosts.any_name = true;
      hosts.addresses = AddressSet::All();
      break;
  }
  return hosts;
}

bool HostSet::IsWithin(const HostSet& outer) const noexcept {
  if (!addresses.IsWithin(outer.addresses)) return false;
  if (outer.any_name) return true;
  return !any_name && std::all_of(names.begin(), names.end(), [&](const Names& inner) {
    return AreWithin(inner, outer.names);
  });
}

bool HostSet::Meets(const HostSet& other) const noexcept {
  if (addresses.Meets(other.addresses)) return true;
  if (any_name) return other.any_name || !other.names.empty();
  if (other.any_name) return !names.empty();
  return std::any_of(names.begin(), names.end(), [&](const Names& a) {
    return std::any_of(other.names.begin(), other.names.end(),
                       [&](const Names& b) { return Meet(a, b); });
  });
}

std::vector<std::string> HostSet::Samples(std::string_view fresh) const {
  constexpr std::size_t kMaxBlocks = 32;
  std::vector<std::string> hosts;
  const auto below = [fresh](std::string_view host) {
    return std::string(fresh).append(".").append(host);
  };
  if (any_name) hosts = {below("example"), std::string(fresh)};
  for (const Names& held : names) {
    if (held.itself) hosts.emplace_back(held.host);
    if (held.deeper) hosts.push_back(below(held.host));
  }
  const auto append = [&hosts](const Address& address) {
    const std::string text = TextOf(address);
    hosts.push_back(address.family == Address::Family::kIpv6 ? "[" + text + "]" : text);
  };
  std::size_t count = 0;
  for (const AddressBlock& block : addresses.blocks()) {
    if (++count > kMaxBlocks) break;
    append(block.first);
    if (block.last != block.first) append(block.last);
  }
  return hosts;
}

bool AllowsWithin(const DomainEntry& inner, const DomainEntry& outer) {
  // An entry without a port allows a bare host, and one with a port a host with that port written:
  // neither is allowed by an entry of the other sort, nor by one with another port.
  if (inner.port != outer.port) return false;
  return HostSet::OfAllowed(inner).IsWithin(HostSet::OfAllowed(outer));
}

bool DeniesAllowed(const DomainEntry& allowed, const DomainEntry& denied) {
  if (denied.port != 0 && allowed.port != denied.port) return false;
  return HostSet::OfAllowed(allowed).IsWithin(HostSet::OfDenied(denied));
}

bool DeniesSome(const DomainEntry& allowed, const DomainEntry& denied) {
  // Without a port the allowed one may be any scheme's default.
  if (denied.port != 0 && allowed.port != 0 && denied.port != allowed.port) return false;
  return HostSet::OfAllowed(allowed).Meets(HostSet::OfDenied(denied));
}

bool DeniesWithin(const DomainEntry& inner, const DomainEntry& outer) {
  if (outer.port != 0 && inner.port != outer.port) return false;
  return HostSet::OfDenied(inner).IsWithin(HostSet::OfDenied(outer));
}

}  // namespace callgate::policy
