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

// Eight bytes a step, of which the last step may read some a second time.
inline std::uint64_t HashText(std::string_view text) noexcept {
  const auto read = [&text](std::size_t at, std::size_t count) {
    std::uint64_t chunk = 0;
    std::memcpy(&chunk, text.data() + at, count);
    return chunk;
  };
  const std::size_t size = text.size();
  std::uint64_t hash = size * 0x9e3779b97f4a7c15;
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 < size; at += 8) hash = MixHash(hash, read(at, 8));
    return MixHash(hash, read(size - 8, 8));
  }
  if (size >= 4) return MixHash(hash, read(0, 4) << 32 | read(size - 4, 4));
  // Its first character, the middle one and the last are all there are.
  if (size != 0)
    return MixHash(hash, read(0, 1) << 16 | read(size / 2, 1) << 8 | read(size - 1, 1));
  return hash;
}

// Where a hash is looked for first. REQUIRES: `slots` is a power of two.
constexpr std::size_t HomeSlot(std::uint64_t hash, std::size_t slots) noexcept {
  return static_cast<std::size_t>(hash ^ (hash >> 32)) & (slots - 1);
}

}  // namespace callgate::base

#endif  // CALLGATE_CORE_BASE_TEXT_HASH_H_
