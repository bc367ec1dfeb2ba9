#include "core/json/utf8.h"

#include <cstdint>
#include <cstring>

#include "callgate/json.h"

namespace callgate::json {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080;

template <std::size_t kWords>
bool IsAscii(const char* bytes) {
  std::uint64_t words[kWords];
  std::memcpy(words, bytes, sizeof words);
  std::uint64_t all = 0;
  for (const std::uint64_t word : words) all |= word;
  return (all & kHighBits) == 0;
}

// Where the ASCII that begins at `at` ends. Most texts are all ASCII, so it takes long steps.
std::size_t SkipAscii(std::string_view text, std::size_t at) {
  while (at + 64 <= text.size() && IsAscii<8>(text.data() + at)) at += 64;
  while (at + 8 <= text.size() && IsAscii<1>(text.data() + at)) at += 8;
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

// Bytes of the character at the front of `text`, which is not ASCII; 0 where it is malformed. The
// table of RFC 3629, section 4: only the second byte's range depends on the first.
std::size_t CharacterLength(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return at(i) >= 0x80 && at(i) <= 0xBF; };
  const unsigned lead = at(0);
  if (lead < 0xC2 || lead > 0xF4 || !continues(1)) return 0;
  if (lead < 0xE0) return 2;
  if ((lead == 0xE0 && at(1) < 0xA0) || (lead == 0xED && at(1) > 0x9F) || !continues(2)) return 0;
  if (lead < 0xF0) return 3;
  if ((lead == 0xF0 && at(1) < 0x90) || (lead == 0xF4 && at(1) > 0x8F) || !continues(3)) return 0;
  return 4;
}

}  // namespace

std::size_t FindInvalidUtf8(std::string_view text) noexcept {
  std::size_t at = SkipAscii(text, 0);
  while (at < text.size()) {
    const std::size_t length = CharacterLength(text.substr(at));
    if (length == 0) return at;
    at += length;
    // Between two such characters there are often only a few others, or none.
    if (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) at = SkipAscii(text, at);
  }
  return std::string_view::npos;
}

bool IsValidUtf8(std::string_view text) noexcept {
  return FindInvalidUtf8(text) == std::string_view::npos;
}

}  // namespace callgate::json
