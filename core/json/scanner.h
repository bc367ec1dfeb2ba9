// The pieces that a JSON text is made of, whatever its size, its depth and the chunks it comes in.
//
// Where Parse reads a text into values within limits, a Scanner only tells what each byte belongs
// to: for texts that are passed on as they were written. It allocates nothing and never fails; the
// grammar is scan.cc's to check.
#ifndef CALLGATE_CORE_JSON_SCANNER_H_
#define CALLGATE_CORE_JSON_SCANNER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace callgate::json {

enum class Piece : std::uint8_t {
  kSpace,    // white space between tokens
  kMark,     // one of { } [ ] , :
  kWord,     // of a number or a literal, or of what is neither
  kQuote,    // the one that opens a string, or the one that closes it
  kPlain,    // characters of a string that stand for themselves
  kControl,  // a control character in a string, which JSON does not have
  kEscape,   // the end of an escape, mostly all of it; code_unit() is what it stands for
  kPartial,  // part of an escape: its end is in the next chunk
};

// What a character outside strings belongs to.
inline constexpr std::array<Piece, 256> kPieceOf = [] {
  std::array<Piece, 256> pieces{};
  pieces.fill(Piece::kWord);
  for (const unsigned char c : {' ', '\t', '\n', '\r'}) pieces[c] = Piece::kSpace;
  for (const unsigned char c : {'{', '}', '[', ']', ',', ':'}) pieces[c] = Piece::kMark;
  pieces['"'] = Piece::kQuote;
  return pieces;
}();

class Scanner {
 public:
  // Takes the next piece off the front of `chunk`; piece() is its text. A piece ends at the latest
  // with its chunk. REQUIRES: `chunk` is not empty.
  Piece Next(std::string_view& chunk) noexcept {
    const char* const begin = chunk.data();
    const Piece kind = at_ == At::kBetween ? NextBetween(chunk) : NextInString(chunk);
    piece_ = {begin, static_cast<std::size_t>(chunk.data() - begin)};
    return kind;
  }

  std::string_view piece() const noexcept { return piece_; }
  bool in_string() const noexcept { return at_ != At::kBetween; }
  // Of the escape that ended: its UTF-16 code unit, and whether RFC 8259 has such an escape.
  std::uint32_t code_unit() const noexcept { return code_unit_; }
  bool is_known_escape() const noexcept { return is_known_escape_; }

 private:
  enum class At : std::uint8_t { kBetween, kString, kBackslash, kDigits };

  Piece NextBetween(std::string_view& chunk) noexcept {
    const auto kind_at = [&](std::size_t i) {
      return kPieceOf[static_cast<unsigned char>(chunk[i])];
    };
    const Piece kind = kind_at(0);
    std::size_t length = 1;
    if (kind == Piece::kQuote) {
      at_ = At::kString;
    } else if (kind != Piece::kMark) {
      while (length < chunk.size() && kind_at(length) == kind) ++length;
    }
    chunk.remove_prefix(length);
    return kind;
  }
  Piece NextInString(std::string_view& chunk) noexcept;
  Piece NextOfEscape(std::string_view& chunk) noexcept;

  At at_ = At::kBetween;
  std::uint8_t digits_ = 0;  // of \uXXXX, read so far
  bool is_known_escape_ = false;
  std::uint32_t code_unit_ = 0;
  std::string_view piece_;
};

// Counts the bytes that pieces have in compact form: no white space outside strings, every
// character of a string as AppendString writes it. What that cannot write, half a surrogate pair,
// counts as the escape that it is.
class CompactCounter {
 public:
  void Add(Piece piece, const Scanner& scanner) noexcept {
    if (piece == Piece::kSpace || piece == Piece::kPartial) return;
    if (piece == Piece::kEscape || after_high_surrogate_) return AddUnusual(piece, scanner);
    bytes_ += scanner.piece().size();
  }
  // Never goes down, and is exact once a string is complete.
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  void AddUnusual(Piece piece, const Scanner& scanner) noexcept;

  std::uint64_t bytes_ = 0;
  bool after_high_surrogate_ = false;
};

// Finds the value of one member of the outermost object while the text arrives. What is no object
// has none, and nothing after the object counts. Of a text that is no JSON it finds something.
class MemberScanner {
 public:
  // `key` is ASCII and outlives the scanner.
  explicit MemberScanner(std::string_view key) noexcept : key_(key) {}

  // As Scanner::Next. True when the piece belongs to the member's value.
  bool Next(std::string_view& chunk) noexcept {
    const bool was_in_value = in_value_;
    piece_ = scanner_.Next(chunk);
    Follow();
    return was_in_value && in_value_;
  }

  Piece piece() const noexcept { return piece_; }
  const Scanner& scanner() const noexcept { return scanner_; }
  // Between the colon and the end of the value.
  bool in_value() const noexcept { return in_value_; }
  // Nothing that comes now can matter.
  bool is_over() const noexcept { return is_over_; }

 private:
  static constexpr std::size_t kNoMatch = static_cast<std::size_t>(-1);

  void Follow() noexcept;
  void FollowMark(char c) noexcept;
  void Match(std::uint32_t code_unit) noexcept;

  std::string_view key_;
  Scanner scanner_;
  Piece piece_ = Piece::kSpace;
  std::uint64_t depth_ = 0;         // brackets that are open
  std::size_t matched_ = kNoMatch;  // characters of `key_` that the key has shown so far
  bool expects_key_ = false;        // the next string is a key of the outermost object
  bool in_value_ = false;
  bool is_over_ = false;
};

}  // namespace callgate::json

#endif  // CALLGATE_CORE_JSON_SCANNER_H_
