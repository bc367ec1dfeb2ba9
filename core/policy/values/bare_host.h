// Hosts that stand by themselves, not in a URL, in whatever spelling clients take: what deny
// entries see of them.
#ifndef CALLGATE_CORE_POLICY_VALUES_BARE_HOST_H_
#define CALLGATE_CORE_POLICY_VALUES_BARE_HOST_H_

#include <string_view>

#include "core/policy/values/command_word.h"
#include "core/policy/values/domain.h"

namespace callgate::policy {

// Each: false where there is no host. Names are of labels, addresses in any spelling.

// A text that is a host up to the first `/`, `\`, `?` or `#`, with a port after it or not; IPv6 in
// brackets or without. No text with an `@`.
[[nodiscard]] bool ReadBareHost(std::string_view text, Domain& out) noexcept;

// A piece of a command's word that is a host up to the same, with the port after it where one is.
// An ordinary number is none.
[[nodiscard]] bool ReadHostOfPiece(const WordPiece& piece, Domain& out) noexcept;
// An IPv6 address that begins with the piece, in brackets or, but behind a colon, without.
// REQUIRES: `piece` is one of `word`.
[[nodiscard]] bool ReadIpv6OfPiece(std::string_view word, const WordPiece& piece,
                                   Domain& out) noexcept;

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_BARE_HOST_H_
