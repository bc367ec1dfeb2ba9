// IP addresses: the one spelling in which an allowlist takes them, and every spelling that clients
// read as one.
#ifndef CALLGATE_CORE_POLICY_VALUES_ADDRESS_H_
#define CALLGATE_CORE_POLICY_VALUES_ADDRESS_H_

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callgate::policy {

// An address in 16 bytes. Those of IPv4 are in the last four, and are before all of IPv6.
struct Address {
  enum class Family : std::uint8_t { kIpv4, kIpv6 };

  static constexpr Address OfIpv4(std::uint32_t number) noexcept {
    return {Family::kIpv4, 0, number};
  }

  auto operator<=>(const Address&) const noexcept = default;

  Family family = Family::kIpv4;
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

// The addresses from `first` to `last`, of one family.
struct AddressBlock {
  constexpr bool Holds(const Address& address) const noexcept {
    return first <= address && address <= last;
  }
  constexpr bool Meets(const AddressBlock& other) const noexcept {
    return first <= other.last && other.first <= last;
  }
  bool operator==(const AddressBlock&) const noexcept = default;

  Address first;
  Address last;
};

// The block of the addresses that share their first `bits` with `address`.
// REQUIRES: bits is at most 32, or 128 for IPv6.
[[nodiscard]] AddressBlock BlockAround(const Address& address, unsigned bits) noexcept;

// `1.2.3.4`: four numbers of 0 to 255 without leading zeros.
[[nodiscard]] std::optional<Address> ParseQuad(std::string_view text) noexcept;
// As RFC 5952 writes it, without brackets. Nullopt also for an address that stands for one of IPv4.
[[nodiscard]] std::optional<Address> ParseCanonicalIpv6(std::string_view text) noexcept;
// `10.0.0.0/8` or `2001:db8::/32`: a canonical address without bits beyond the prefix. Blocks of
// IPv6 may hold what stands for IPv4.
[[nodiscard]] std::optional<AddressBlock> ParseBlock(std::string_view text) noexcept;

// As inet_aton(3) and URL parsers read it: one to four numbers, decimal, octal or hexadecimal, of
// which the last fills the bytes that are left.
[[nodiscard]] std::optional<Address> ParseLooseIpv4(std::string_view text) noexcept;
// Every spelling of RFC 4291, section 2.2, and with a zone, which is dropped; without brackets.
[[nodiscard]] std::optional<Address> ParseLooseIpv6(std::string_view text) noexcept;
// The last label of a host, which ends in no dot, is a number in some spelling: URL parsers then
// take the host for an address or refuse it.
[[nodiscard]] bool EndsInNumber(std::string_view host) noexcept;

// The address of IPv4 that one of IPv6 stands for: mapped ::ffff:0:0/96, translated
// ::ffff:0:0:0/96 (RFC 2765), compatible ::/96, NAT64 64:ff9b::/96 and 6to4 2002::/16. Nullopt for
// all others.
[[nodiscard]] std::optional<Address> EmbeddedIpv4(const Address& address) noexcept;
// The blocks of IPv6 that stand for the addresses of a block of IPv4; some may be empty, their last
// address before their first.
[[nodiscard]] std::array<AddressBlock, 5> EmbeddingsOf(const AddressBlock& ipv4) noexcept;

// Canonical, IPv6 without brackets.
[[nodiscard]] std::string TextOf(const Address& address);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_ADDRESS_H_
