// 128-bit keyed digests (SipHash-2-4, libsodium) that stand for envelopes and rate windows.
//
// Why 128 bits under a secret key are enough for an envelope. The same envelope always has the same
// digest, so a replay is never missed; only the opposite mistake, two envelopes with one digest, is
// possible, and it refuses a call, never allows one. By chance it happens with probability
// n^2 / 2^129: below 10^-24 for ten million live entries. By intent it needs the key, which is
// random for every ledger and leaves it only within exported state; there it has to travel along,
// because the exported digests mean nothing without it.
#ifndef CALLGATE_CORE_LEDGER_KEYED_DIGEST_H_
#define CALLGATE_CORE_LEDGER_KEYED_DIGEST_H_

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

#include "callgate/crypto.h"

namespace callgate::ledger {

struct Digest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend auto operator<=>(const Digest&, const Digest&) = default;
};

// Already uniform: any part of it will do.
struct DigestHash {
  std::size_t operator()(const Digest& digest) const noexcept {
    return static_cast<std::size_t>(digest.low);
  }
};

class DigestKey {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  static DigestKey Random();
  explicit DigestKey(const Bytes& bytes) noexcept : bytes_(bytes) {}

  // Public key, then signature.
  Digest OfEnvelope(const PublicKey& key, const Signature& signature) const noexcept;
  Digest OfRoot(std::string_view root) const noexcept;
  // A rate window: (root execution, context, tool_pattern, nth with that pattern).
  Digest OfWindow(std::string_view root, std::string_view context, std::string_view tool_pattern,
                  std::uint32_t nth) const;

  Digest OfSha256(const Sha256Digest& digest) const noexcept;

  const Bytes& bytes() const noexcept { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_KEYED_DIGEST_H_
