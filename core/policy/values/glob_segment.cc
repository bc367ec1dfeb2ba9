#include "core/policy/values/glob_segment.h"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>

#include "core/base/ascii.h"

namespace callgate::policy {
namespace {

// File systems know no longer segments: what a longer one with brackets stands for is not looked
// into, and longer texts are compared as far as this.
constexpr std::size_t kMaxText = 255;

// One character of a segment as a tool might read it, or any number of any.
struct Token {
  enum class Kind : std::uint8_t { kLiteral, kBracket, kAnything };
  Kind kind;
  std::string_view text;  // the character; what stands between the brackets
};

bool IsGroupSign(char c) noexcept {
  return c == '?' || c == '*' || c == '+' || c == '@' || c == '!';
}

// What stands between the brackets that open at the beginning; empty where none close. A `]` at the
// beginning of them, also behind `!` and `^`, is a character like others.
std::string_view BracketOf(std::string_view text) noexcept {
  std::size_t from = 1;
  if (from < text.size() && (text[from] == '!' || text[from] == '^')) ++from;
  const std::size_t end = text.find(']', from + 1);
  return end == std::string_view::npos ? std::string_view() : text.substr(1, end - 1);
}

// A class like `[:alpha:]` may stand in what begins with a bracket.
bool HoldsClass(std::string_view text) noexcept {
  for (const std::string_view open : {"[:", "[.", "[="}) {
    const std::size_t begin = text.find(open, 1);
    if (begin == std::string_view::npos) continue;
    const char close[] = {open[1], ']'};
    if (text.find(std::string_view(close, 2), begin + 2) != std::string_view::npos) return true;
  }
  return false;
}

// The length of the group whose `(` is the first character: up to the `)` that closes it, else all.
std::size_t GroupLength(std::string_view text) noexcept {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return i + 1;
  }
  return text.size();
}

// Takes the first token off `rest`. REQUIRES: !rest.empty().
Token TakeToken(std::string_view& rest) noexcept {
  const auto take = [&rest](std::size_t size) {
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  };
  if (rest[0] == '[') {
    if (const std::string_view inside = BracketOf(rest); !inside.empty()) {
      // Where a class ends, and with it the expression, is not told apart.
      if (HoldsClass(rest)) return {Token::Kind::kAnything, take(rest.size())};
      (void)take(inside.size() + 2);
      return {Token::Kind::kBracket, inside};
    }
  }
  if (IsGroupSign(rest[0]) && rest.size() > 1 && rest[1] == '(') {
    (void)take(1);
    return {Token::Kind::kAnything, take(GroupLength(rest))};
  }
  return {Token::Kind::kLiteral, take(1)};
}

// The bracket expression may match `c`; one that holds characters beyond ASCII may match any.
bool MayMatch(std::string_view inside, char c) noexcept {
  if (inside[0] == '!' || inside[0] == '^') return true;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const char first = inside[i];
    if (static_cast<unsigned char>(first) >= 0x80) return true;
    const bool is_range = i + 2 < inside.size() && inside[i + 1] == '-';
    const char last = is_range ? inside[i + 2] : first;
    if (static_cast<unsigned char>(last) >= 0x80) return true;
    if (first <= c && c <= last) return true;
    if (is_range) i += 2;
  }
  return false;
}

class Comparison {
 public:
  Comparison(const SegmentShape& shape) noexcept  // NOLINT(google-explicit-constructor)
      : shape_(shape), size_(shape.text.size() < kMaxText ? shape.text.size() : kMaxText) {
    reached_.set(0);
  }

  void Read(const Token& token) noexcept {
    if (free_) return;
    if (token.kind == Token::Kind::kAnything ||
        (shape_.is_name && static_cast<unsigned char>(token.text[0]) >= 0x80)) {
      ReadAnything();
      return;
    }
    std::bitset<kMaxText + 1> next;
    for (std::size_t i = 0; i < size_; ++i) {
      if (reached_[i] && Matches(token, shape_.text[i])) next.set(i + LengthAt(token, i));
    }
    if (reached_[size_]) {
      if (shape_.free_after || (shape_.is_name && Matches(token, ':'))) free_ = true;
      if (shape_.is_name && (Matches(token, '.') || Matches(token, ' '))) next.set(size_);
    }
    if (shape_.free_before) next.set(0);
    reached_ = next;
  }

  bool reached() const noexcept { return free_ || reached_[size_]; }

 private:
  void ReadAnything() noexcept {
    bool reached = false;
    for (std::size_t i = 0; i <= size_; ++i) {
      reached = reached || reached_[i];
      reached_[i] = reached;
    }
  }

  bool Matches(const Token& token, char c) const noexcept {
    const auto matches = [&token](char wanted) {
      return token.kind == Token::Kind::kLiteral ? token.text[0] == wanted
                                                 : MayMatch(token.text, wanted);
    };
    if (matches(c)) return true;
    return shape_.is_name && (matches(base::ToAsciiLower(c)) || matches(ToAsciiUpper(c)));
  }

  // Bytes of the text that the token stands for at `i`: one, but brackets match a character.
  std::size_t LengthAt(const Token& token, std::size_t i) const noexcept {
    std::size_t length = 1;
    if (token.kind != Token::Kind::kBracket) return length;
    while (i + length < size_ &&
           (static_cast<unsigned char>(shape_.text[i + length]) & 0xC0) == 0x80) {
      ++length;
    }
    return length;
  }

  static char ToAsciiUpper(char c) noexcept {
    return base::IsAsciiLower(c) ? static_cast<char>(c - 'a' + 'A') : c;
  }

  const SegmentShape& shape_;
  const std::size_t size_;
  std::bitset<kMaxText + 1> reached_;  // how much of the text may have been read
  bool free_ = false;                  // all of it, and what follows is free
};

// Braces that close around a comma, or around two dots.
bool HoldsBraceList(std::string_view path) noexcept {
  std::size_t depth = 0;
  std::size_t listed = 0;  // the depth of the innermost braces that hold one; 0: none
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '{') {
      ++depth;
    } else if (c == '}' && depth != 0) {
      if (listed == depth) return true;
      --depth;
    } else if (depth > listed && (c == ',' || path.substr(i).starts_with(".."))) {
      listed = depth;
    }
  }
  return false;
}

// Some bracket opens in the segment and does not close there.
bool HoldsOpenBracket(std::string_view segment) noexcept {
  while (!segment.empty()) {
    const Token token = TakeToken(segment);
    if (token.kind == Token::Kind::kLiteral && token.text[0] == '[') return true;
  }
  return false;
}

}  // namespace

std::string_view JudgeGlobs(std::string_view path) noexcept {
  if (path.find('{') != std::string_view::npos && HoldsBraceList(path)) return "path.braces";
  if (!MayHoldGlob(path)) return {};
  const std::size_t last_close = path.rfind(']');
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (MayHoldGlob(segment)) {
      if (segment.size() > kMaxText) return "path.glob";
      if (CouldBe(segment, {"..", false, false, false})) return "path.glob";
      const bool closes_later = last_close != std::string_view::npos && last_close > end;
      if (closes_later && HoldsOpenBracket(segment)) return "path.glob";
    }
    begin = end + 1;
  }
  return {};
}

bool MayHoldGlob(std::string_view path) noexcept {
  return path.find('[') != std::string_view::npos || path.find('(') != std::string_view::npos;
}

bool CouldBe(std::string_view segment, const SegmentShape& shape) noexcept {
  Comparison comparison(shape);
  while (!segment.empty()) comparison.Read(TakeToken(segment));
  return comparison.reached();
}

}  // namespace callgate::policy
