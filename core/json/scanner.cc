#include "core/json/scanner.h"

#include <bit>

#include "core/base/hex.h"
#include "core/json/plain_text.h"

namespace callgate::json {
namespace {

std::size_t PlainRun(std::string_view text) {
  std::size_t length = 0;
  char copied[kPlainBlock];
  while (text.size() - length >= kPlainBlock) {
    const unsigned special = CopyPlainBlock(text.data() + length, copied);
    if (special != 0) return length + static_cast<std::size_t>(std::countr_zero(special));
    length += kPlainBlock;
  }
  while (length < text.size() && IsPlain(text[length])) ++length;
  return length;
}

bool IsHighSurrogate(std::uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

constexpr std::uint64_t kLongEscape = 6;  // \u001f
constexpr std::uint64_t kHalfOfPair = 2;  // bytes of UTF-8

// What AppendString writes for a UTF-16 code unit that is no surrogate.
std::uint64_t WrittenSize(std::uint32_t unit) {
  switch (unit) {
    case '"':
    case '\\':
    case '\b':
    case '\t':
    case '\n':
    case '\f':
    case '\r':
      return 2;
    default:
      break;
  }
  if (unit < 0x20) return kLongEscape;
  if (unit < 0x80) return 1;
  return unit < 0x800 ? 2 : 3;
}

}  // namespace

Piece Scanner::NextInString(std::string_view& chunk) noexcept {
  if (at_ != At::kString) return NextOfEscape(chunk);
  if (const std::size_t plain = PlainRun(chunk); plain != 0) {
    chunk.remove_prefix(plain);
    return Piece::kPlain;
  }
  const char c = chunk.front();
  chunk.remove_prefix(1);
  if (c == '"') {
    at_ = At::kBetween;
    return Piece::kQuote;
  }
  if (c != '\\') return Piece::kControl;
  at_ = At::kBackslash;
  return chunk.empty() ? Piece::kPartial : NextOfEscape(chunk);
}

// What stands after the backslash.
Piece Scanner::NextOfEscape(std::string_view& chunk) noexcept {
  if (at_ == At::kBackslash) {
    const char c = chunk.front();
    chunk.remove_prefix(1);
    is_known_escape_ = true;
    at_ = At::kString;
    switch (c) {
      case 'u':
        at_ = At::kDigits;
        digits_ = 0;
        code_unit_ = 0;
        break;
      case 'b':
        code_unit_ = '\b';
        return Piece::kEscape;
      case 't':
        code_unit_ = '\t';
        return Piece::kEscape;
      case 'n':
        code_unit_ = '\n';
        return Piece::kEscape;
      case 'f':
        code_unit_ = '\f';
        return Piece::kEscape;
      case 'r':
        code_unit_ = '\r';
        return Piece::kEscape;
      default:
        is_known_escape_ = c == '"' || c == '\\' || c == '/';
        code_unit_ = static_cast<unsigned char>(c);
        return Piece::kEscape;
    }
  }
  while (!chunk.empty()) {
    const char c = chunk.front();
    chunk.remove_prefix(1);
    is_known_escape_ = is_known_escape_ && base::IsHexDigit(c);
    code_unit_ = code_unit_ << 4 | (base::IsHexDigit(c) ? base::HexDigitValue(c) : 0);
    if (++digits_ < 4) continue;
    at_ = At::kString;
    return Piece::kEscape;
  }
  return Piece::kPartial;
}

// Of a pair of surrogates the first half counts as half of the character's four bytes, until what
// comes next shows that it has no other half.
void CompactCounter::AddUnusual(Piece piece, const Scanner& scanner) noexcept {
  const std::uint32_t unit = scanner.code_unit();
  const bool is_escape = piece == Piece::kEscape;
  const bool completes_pair = is_escape && after_high_surrogate_ && IsLowSurrogate(unit);
  if (after_high_surrogate_ && !completes_pair) bytes_ += kLongEscape - kHalfOfPair;
  after_high_surrogate_ = is_escape && IsHighSurrogate(unit);
  if (!is_escape) {
    bytes_ += scanner.piece().size();
  } else if (after_high_surrogate_ || completes_pair) {
    bytes_ += kHalfOfPair;
  } else {
    bytes_ += IsLowSurrogate(unit) ? kLongEscape : WrittenSize(unit);
  }
}

void MemberScanner::Follow() noexcept {
  if (is_over_ || piece_ == Piece::kSpace || piece_ == Piece::kPartial) return;
  if (piece_ == Piece::kMark) return FollowMark(scanner_.piece().front());
  if (depth_ == 0) {
    is_over_ = true;  // no object
  } else if (!expects_key_ || depth_ != 1) {
    return;
  } else if (piece_ == Piece::kQuote) {
    if (scanner_.in_string()) matched_ = 0;
  } else if (piece_ == Piece::kEscape) {
    Match(scanner_.code_unit());
  } else {
    for (const char c : scanner_.piece()) Match(static_cast<unsigned char>(c));
  }
}

void MemberScanner::FollowMark(char c) noexcept {
  if (depth_ == 0) {
    is_over_ = c != '{';
    depth_ = 1;
    expects_key_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    is_over_ = --depth_ == 0;
    in_value_ = in_value_ && !is_over_;
  } else if (depth_ == 1) {
    in_value_ = c == ':' && matched_ == key_.size();
    expects_key_ = c == ',';
    matched_ = kNoMatch;
  }
}

void MemberScanner::Match(std::uint32_t code_unit) noexcept {
  const bool matches =
      matched_ < key_.size() && code_unit == static_cast<unsigned char>(key_[matched_]);
  matched_ = matches ? matched_ + 1 : kNoMatch;
}

}  // namespace callgate::json
