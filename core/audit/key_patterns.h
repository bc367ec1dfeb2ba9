// Names and patterns, and whether a key is one of them.
#ifndef CALLGATE_CORE_AUDIT_KEY_PATTERNS_H_
#define CALLGATE_CORE_AUDIT_KEY_PATTERNS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace callgate::audit {

// Whether all of `text` matches: * is any characters, ? is one, [...] and [!...] are one of a set.
// Time: at most the product of the two sizes.
[[nodiscard]] bool MatchesGlob(std::string_view text, std::string_view pattern) noexcept;

// Immutable. A key that a pattern with '!' before it matches is none, unless it is one by its whole
// name.
class KeyPatterns {
 public:
  explicit KeyPatterns(const std::vector<std::string>& patterns);

  [[nodiscard]] bool Match(std::string_view key) const;
  [[nodiscard]] bool MatchFolded(std::string_view folded) const noexcept;

 private:
  // By their form: most are a word with a star before, after or around it.
  std::vector<std::string> names_, beginnings_, ends_, parts_, others_, excepted_;
  // For each first byte of a part, a bit for each second one (modulo 64): few places of a key can
  // begin a part, and only these are compared with them.
  std::array<std::uint64_t, 256> second_bytes_{};

  [[nodiscard]] bool HoldsPart(std::string_view folded) const noexcept;
};

// The patterns of Redaction::DefaultKeys.
const KeyPatterns& DefaultKeyPatterns();

}  // namespace callgate::audit

#endif  // CALLGATE_CORE_AUDIT_KEY_PATTERNS_H_
