// What a domain argument names: a URL's host and port, or a bare host.
#ifndef CALLGATE_CORE_POLICY_VALUES_DOMAIN_H_
#define CALLGATE_CORE_POLICY_VALUES_DOMAIN_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/values/address.h"

namespace callgate::policy {

inline constexpr std::size_t kMaxHost = 253;

struct Domain {
  std::string_view host() const noexcept { return {host_bytes.data(), host_size}; }

  std::array<char, kMaxHost> host_bytes;  // lower-case, without a trailing dot
  std::uint8_t host_size = 0;             // 0 where the host is an address
  std::optional<Address> address;
  std::uint16_t port = 0;          // as written, else the scheme's default; 0: a bare host
  std::uint16_t default_port = 0;  // the scheme's; 0 where there is no scheme
};

// Each: the rule that denies `value` whatever the allowlist; empty when it names a domain, then in
// `out`. An address is in its canonical spelling.

// A URL of http, https, ws or wss, or a bare host.
[[nodiscard]] std::string_view ParseDomain(std::string_view value, Domain& out) noexcept;
// A URL with one of `schemes`, which are of those four and lower-case.
[[nodiscard]] std::string_view ParseUrl(std::string_view value,
                                        const std::vector<std::string>& schemes,
                                        Domain& out) noexcept;
// A bare host, alone or with a port.
[[nodiscard]] std::string_view ParseBareHost(std::string_view value, Domain& out) noexcept;

// The host that some client finds in `value`, whatever it makes of the rest: as URL parsers read
// it, user-info dropped, escapes decoded, an address in any spelling. False where there is none.
[[nodiscard]] bool ReadHost(std::string_view value, Domain& out) noexcept;
// The IPv4 address that a number of JSON spells, an integer of 0 to 2^32 - 1.
[[nodiscard]] bool ReadNumber(double number, Domain& out) noexcept;

// True for a lower-case or upper-case host: labels of letters, digits, `-` and `_`, at most 253
// characters, no trailing dot, a last label that is a number only as a dotted quad.
[[nodiscard]] bool IsHost(std::string_view text) noexcept;
// The number of `[1-9][0-9]{0,4}` up to 65535; 0 for anything else.
[[nodiscard]] std::uint16_t ParsePort(std::string_view text) noexcept;

// The value rule: a string under a key that says nothing which is yet taken for a URL.
[[nodiscard]] bool LooksLikeUrl(std::string_view value) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_DOMAIN_H_
