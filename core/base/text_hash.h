// A hash of text for tables that are filled from the policy alone, so that no caller can make their
// keys collide.
#ifndef CALLGATE_CORE_BASE_TEXT_HASH_H_
#define CALLGATE_CORE_BASE_TEXT_HASH_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace callgate::base {

constexpr std::uint64_t MixHash(std::uint64_t hash, std::uint64_t value) noexcept {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 29);
}

// Eight bytes a step.
inline std::uint64_t HashText(std::string_view text) noexcept {
  std::uint64_t hash = text.size() * 0x9e3779b97f4a7c15;
  const char* next = text.data();
  std::size_t left = text.size();
  while (left > 0) {
    std::uint64_t chunk = 0;
    if (left >= 8) {
      std::memcpy(&chunk, next, 8);
      next += 8;
      left -= 8;
    } else {
      for (; left > 0; --left) chunk = chunk << 8 | static_cast<unsigned char>(*next++);
    }
    hash = MixHash(hash, chunk);
  }
  return hash;
}

// Where a hash is looked for first. REQUIRES: `slots` is a power of two.
constexpr std::size_t HomeSlot(std::uint64_t hash, std::size_t slots) noexcept {
  return static_cast<std::size_t>(hash ^ (hash >> 32)) & (slots - 1);
}

}  // namespace callgate::base

#endif  // CALLGATE_CORE_BASE_TEXT_HASH_H_
