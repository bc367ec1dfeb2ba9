// Distinct digests in any number, without hashing.
#ifndef CALLGATE_TESTS_LEDGER_DIGESTS_H_
#define CALLGATE_TESTS_LEDGER_DIGESTS_H_

#include <chrono>
#include <cstdint>

#include "callgate/time.h"
#include "core/ledger/keyed_digest.h"

namespace callgate::ledger {

// splitmix64 (public domain), a bijection: uniform and never repeating.
inline std::uint64_t Mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

inline Digest DigestNumber(std::uint64_t n) { return {Mix(n), Mix(~n)}; }

inline constexpr std::int64_t kNoonSeconds = 1'771'329'600;
inline constexpr Time kNoon{std::chrono::seconds{kNoonSeconds}};

}  // namespace callgate::ledger

#endif  // CALLGATE_TESTS_LEDGER_DIGESTS_H_
