// An entry of a domain allowlist or of a deny list.
#ifndef CALLGATE_CORE_POLICY_MODEL_DOMAIN_ENTRY_H_
#define CALLGATE_CORE_POLICY_MODEL_DOMAIN_ENTRY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/policy/model/address_word.h"
#include "core/policy/values/domain.h"

namespace callgate::policy {

struct DomainEntry {
  enum class Kind : std::uint8_t {
    kName,   // a host, or all below it
    kBlock,  // an address, or a block of them
    kWord,   // of a deny list: what one of the words stands for
    kAny,    // of an allowlist: any host
  };

  // Of an allowlist: a lower-case host, `*.host`, a quad, IPv6 in brackets or `*`, each with a port
  // or without; or a block. Nullopt for anything else.
  static std::optional<DomainEntry> ParseAllowed(std::string_view text);
  // Of a deny list or an except: the same with words, and without `*` and what is nearly a word.
  static std::optional<DomainEntry> ParseDenied(std::string_view text);
  // What those take.
  static constexpr const char* kAllowedExpected =
      "expected a lower-case host, with *. before it where deeper hosts are meant, an address as "
      "192.0.2.7 or [2001:db8::7], with :port after it where one is meant, a block as "
      "192.0.2.0/24, "
      "or *";
  static constexpr const char* kDeniedExpected =
      "expected a lower-case host, with *. before it where deeper hosts are meant, an address as "
      "192.0.2.7 or [2001:db8::7], with :port after it where one is meant, a block as "
      "192.0.2.0/24, "
      "or one of loopback, private, link-local, multicast, metadata and not-global";

  // The entry allows `domain`, which is one that ParseDomain, ParseUrl or ParseBareHost takes.
  [[nodiscard]] bool Matches(const Domain& domain) const noexcept;
  // As an entry of a deny list: `*.x` also covers x; without a port, every port; an address also
  // what stands for it in IPv6.
  [[nodiscard]] bool MatchesDenied(const Domain& domain) const noexcept;

  Kind kind = Kind::kName;
  std::string text;                   // as written
  std::string host;                   // of a name, without "*."
  bool wildcard = false;              // of a name: any deeper label of host
  std::uint16_t port = 0;             // 0: none written
  AddressBlock block;                 // of kBlock
  const AddressWord* word = nullptr;  // of kWord
};

// `host` has a label or more before ".suffix".
[[nodiscard]] bool IsHostBelow(std::string_view host, std::string_view suffix) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_DOMAIN_ENTRY_H_
