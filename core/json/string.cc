#include <array>
#include <bit>

#include "callgate/json.h"
#include "core/base/hex.h"
#include "core/json/output.h"
#include "core/json/plain_text.h"

namespace callgate::json {
namespace {

// The letter after the backslash; 0: \u00xx.
constexpr std::array<char, 256> kShortEscapes = [] {
  std::array<char, 256> letters{};
  letters['"'] = '"';
  letters['\\'] = '\\';
  letters['\b'] = 'b';
  letters['\t'] = 't';
  letters['\n'] = 'n';
  letters['\f'] = 'f';
  letters['\r'] = 'r';
  return letters;
}();

constexpr std::size_t kLongestEscape = 6;

char* PutEscape(char c, char* at) {
  *at++ = '\\';
  if (const char letter = kShortEscapes[static_cast<unsigned char>(c)]; letter != 0) {
    *at++ = letter;
    return at;
  }
  for (const char part : {'u', '0', '0', base::kHexDigits[static_cast<unsigned char>(c) >> 4],
                          base::kHexDigits[c & 0xF]}) {
    *at++ = part;
  }
  return at;
}

}  // namespace

void Output::Grow(std::size_t count) {
  const std::size_t used = size();
  const std::size_t needed = used + count + kSlack;
  const std::size_t twice = std::max(needed, 2 * used);
  // What was reserved is used up before the string moves.
  text_.resize(needed > text_.capacity() ? twice : std::min(twice, text_.capacity()));
  Place(used);
}

// Puts what lies at `from`, a block at a time, while at least `least` bytes are left. REQUIRES:
// room for them, an escape and a quote.
void Output::PutBlocks(const char*& from, std::size_t& left, std::size_t least) {
  const char* next = from;
  const char* const end = from + left;
  char* at = at_;
  while (static_cast<std::size_t>(end - next) >= least) {
    const std::size_t in_block = std::min(static_cast<std::size_t>(end - next), kPlainBlock);
    // The bit past the block ends the search.
    const unsigned special = CopyPlainBlock(next, at) | 1U << in_block;
    const auto plain = static_cast<std::size_t>(std::countr_zero(special));
    at += plain;
    next += plain;
    if (plain == in_block) continue;
    at_ = PutEscape(*next++, at);
    Reserve(static_cast<std::size_t>(end - next) + kLongestEscape + 1);
    at = at_;
  }
  at_ = at;
  from = next;
  left = static_cast<std::size_t>(end - next);
}

void Output::PutPaddedString(std::string_view text) {
  const char* from = text.data();
  std::size_t left = text.size();
  Reserve(left + kLongestEscape + 2);
  *at_++ = '"';
  PutBlocks(from, left, 1);
  *at_++ = '"';
}

void Output::PutString(std::string_view text) {
  const char* from = text.data();
  std::size_t left = text.size();
  Reserve(left + kLongestEscape + 2);
  *at_++ = '"';
  PutBlocks(from, left, kPlainBlock);
  // Two blocks: after an escape the next one begins anywhere in the first.
  char rest[2 * kPlainBlock] = {};
  std::copy_n(from, left, rest);
  const char* from_rest = rest;
  PutBlocks(from_rest, left, 1);
  *at_++ = '"';
}

void AppendString(std::string_view text, std::string& out) {
  Output(out, text.size() + 2).PutString(text);
}

}  // namespace callgate::json
