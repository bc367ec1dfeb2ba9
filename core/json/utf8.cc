#include "core/json/utf8.h"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>

#include <cstdint>
#include <cstring>

#include "callgate/json.h"

namespace callgate::json {
namespace {

struct Discard {
  void Put(char) {}
};

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

}  // namespace

std::size_t FindInvalidUtf8(std::string_view text) noexcept {
  std::size_t at = SkipAscii(text, 0);
  while (at < text.size()) {
    // A stream of its own for each character: RapidJSON reads NUL at the end, which no multi-byte
    // character continues with, so a truncated one is invalid.
    rapidjson::MemoryStream stream(text.data() + at, text.size() - at);
    Discard discard;
    if (!rapidjson::UTF8<>::Validate(stream, discard)) return at;
    at = SkipAscii(text, at + stream.Tell());
  }
  return std::string_view::npos;
}

bool IsValidUtf8(std::string_view text) noexcept {
  return FindInvalidUtf8(text) == std::string_view::npos;
}

}  // namespace callgate::json
