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

// Bytes of ASCII from `begin` on, counted eight at a time: most texts are all ASCII.
std::size_t SkipAscii(std::string_view text, std::size_t begin) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  while (begin + 8 <= text.size()) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + begin, 8);
    if ((word & kHighBits) != 0) break;
    begin += 8;
  }
  while (begin < text.size() && static_cast<unsigned char>(text[begin]) < 0x80) ++begin;
  return begin;
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
