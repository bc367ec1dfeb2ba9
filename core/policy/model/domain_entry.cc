#include "core/policy/model/domain_entry.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace callgate::policy {
namespace {

// A host, `*.host`, an address or a block.
std::optional<DomainEntry> ParseEither(std::string_view text) {
  DomainEntry entry;
  entry.text = text;
  if (const auto block = ParseBlock(text)) {
    entry.kind = DomainEntry::Kind::kBlock;
    entry.block = *block;
    return entry;
  }
  std::string_view host = text;
  if (const std::size_t colon = text.rfind(':');
      colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos) {
    entry.port = ParsePort(text.substr(colon + 1));
    if (entry.port == 0) return std::nullopt;
    host = text.substr(0, colon);
  }
  std::optional<Address> address = ParseQuad(host);
  if (host.starts_with('[') && host.ends_with(']')) {
    address = ParseCanonicalIpv6(host.substr(1, host.size() - 2));
  }
  if (address) {
    entry.kind = DomainEntry::Kind::kBlock;
    entry.block = {*address, *address};
    return entry;
  }
  if (host.starts_with("*.")) {
    entry.wildcard = true;
    host.remove_prefix(2);
  }
  // An address has no deeper labels.
  if (!IsHost(host) || ParseQuad(host)) return std::nullopt;
  if (std::any_of(host.begin(), host.end(), base::IsAsciiUpper)) return std::nullopt;
  // A word stands alone, and for no host of that name.
  if (!entry.wildcard && FindAddressWord(host) != nullptr) return std::nullopt;
  entry.host = host;
  return entry;
}

// Nothing but addresses that stand for one of IPv4, which no value of an allowlist may be.
bool HoldsOnlyEmbedded(const AddressBlock& block) {
  if (block.first.family == Address::Family::kIpv4) return false;
  AddressSet rest;
  rest.Add(block);
  for (const AddressBlock& embedded : EmbeddingsOf(BlockAround(Address::OfIpv4(0), 0))) {
    rest.Remove(embedded);
  }
  return rest.empty();
}

}  // namespace

std::optional<DomainEntry> DomainEntry::ParseAllowed(std::string_view text) {
  if (text == "*" || text.starts_with("*:")) {
    DomainEntry entry;
    entry.kind = Kind::kAny;
    entry.text = text;
    if (text.size() == 1) return entry;
    entry.port = ParsePort(text.substr(2));
    if (entry.port == 0) return std::nullopt;
    return entry;
  }
  std::optional<DomainEntry> entry = ParseEither(text);
  if (entry && entry->kind == Kind::kBlock && HoldsOnlyEmbedded(entry->block)) return std::nullopt;
  return entry;
}

std::optional<DomainEntry> DomainEntry::ParseDenied(std::string_view text) {
  if (const AddressWord* word = FindAddressWord(text)) {
    DomainEntry entry;
    entry.kind = Kind::kWord;
    entry.text = text;
    entry.word = word;
    return entry;
  }
  if (!MeantAddressWord(text).empty()) return std::nullopt;
  return ParseEither(text);
}

bool DomainEntry::Matches(const Domain& domain) const noexcept {
  if (domain.port != (port != 0 ? port : domain.default_port)) return false;
  switch (kind) {
    case Kind::kName:
      if (domain.address) return false;
      return wildcard ? IsHostBelow(domain.host(), host) : domain.host() == host;
    case Kind::kBlock:
      return domain.address && block.Holds(*domain.address);
    case Kind::kWord:
      return false;
    case Kind::kAny:
      return true;
  }
  return false;
}

bool DomainEntry::MatchesDenied(const Domain& domain) const noexcept {
  if (port != 0 && domain.port != port) return false;
  const auto covers = [&domain](const auto& addresses) {
    if (addresses.Holds(*domain.address)) return true;
    const std::optional<Address> embedded = EmbeddedIpv4(*domain.address);
    return embedded && addresses.Holds(*embedded);
  };
  switch (kind) {
    case Kind::kName:
      if (domain.address) return false;
      return domain.host() == host || (wildcard && IsHostBelow(domain.host(), host));
    case Kind::kBlock:
      return domain.address && covers(block);
    case Kind::kWord:
      if (domain.address) return covers(word->addresses);
      return std::any_of(word->names.begin(), word->names.end(), [&](const auto& name) {
        return domain.host() == name.host || (name.deeper && IsHostBelow(domain.host(), name.host));
      });
    case Kind::kAny:
      return true;
  }
  return false;
}

bool IsHostBelow(std::string_view host, std::string_view suffix) noexcept {
  return host.size() > suffix.size() + 1 && host.ends_with(suffix) &&
         host[host.size() - suffix.size() - 1] == '.';
}

}  // namespace callgate::policy
