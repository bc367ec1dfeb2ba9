// Words of keys packed into integers, so that a look-up compares integers.
#ifndef CALLGATE_CORE_POLICY_VALUES_PACKED_WORD_H_
#define CALLGATE_CORE_POLICY_VALUES_PACKED_WORD_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace callgate::policy {

inline constexpr std::size_t kLongestWord = 12;

// Up to twelve characters in two words, so that a look-up compares integers.
struct Packed {
  std::uint64_t head = 0;
  std::uint32_t tail = 0;
  constexpr bool operator==(const Packed&) const = default;
};

constexpr Packed Pack(const char* word, std::size_t size) noexcept {
  Packed packed;
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(word[i]);
    if (i < 8) {
      packed.head |= static_cast<std::uint64_t>(byte) << (8 * i);
    } else {
      packed.tail |= static_cast<std::uint32_t>(byte) << (8 * (i - 8));
    }
  }
  return packed;
}

constexpr Packed PackText(std::string_view text) noexcept { return Pack(text.data(), text.size()); }

template <typename Integer>
std::uint64_t LoadAt(const char* bytes) noexcept {
  Integer value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

// Pack of one to twelve characters, in a few loads that may overlap.
inline Packed PackLoaded(const char* word, std::size_t size) noexcept {
  if constexpr (std::endian::native != std::endian::little) return Pack(word, size);
  const char* const end = word + size;
  if (size >= 8) {
    const std::uint64_t last = LoadAt<std::uint32_t>(end - 4);
    return {LoadAt<std::uint64_t>(word), static_cast<std::uint32_t>(last >> 8 * (12 - size))};
  }
  if (size >= 4) {
    return {LoadAt<std::uint32_t>(word) | LoadAt<std::uint32_t>(end - 4) << 8 * (size - 4), 0};
  }
  const std::size_t middle = size / 2;
  return {LoadAt<std::uint8_t>(word) | LoadAt<std::uint8_t>(word + middle) << 8 * middle |
              LoadAt<std::uint8_t>(end - 1) << 8 * (size - 1),
          0};
}

// The word in lower case; no word of the table for one that is too long.
inline Packed PackLowered(std::string_view word) noexcept {
  if (word.empty() || word.size() > kLongestWord) return {};
  Packed packed = PackLoaded(word.data(), word.size());
  // Letters alone, which this bit makes lower case; past the word it must stay clear.
  constexpr std::uint64_t kLower = 0x2020202020202020;
  const std::size_t in_head = std::min<std::size_t>(word.size(), 8);
  packed.head |= kLower >> 8 * (8 - in_head);
  packed.tail |=
      static_cast<std::uint32_t>(word.size() == in_head ? 0 : kLower >> 8 * (16 - word.size()));
  return packed;
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_PACKED_WORD_H_
