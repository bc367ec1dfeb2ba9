// Reads a whole text by the grammar of RFC 8259, with no limits and no recursion, and stops at each
// child of the outermost array or object.
#ifndef CALLGATE_CORE_JSON_WALK_H_
#define CALLGATE_CORE_JSON_WALK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/error.h"
#include "callgate/scan.h"
#include "core/json/scanner.h"

namespace callgate::json {

// The brackets that are open, a bit each.
class OpenBrackets {
 public:
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  // REQUIRES: !empty().
  bool in_object() const noexcept { return (bits_ & 1) != 0; }

  void Push(bool is_object) {
    if (size_ % kBits == 0 && size_ != 0) full_.push_back(bits_);
    bits_ = bits_ << 1 | (is_object ? 1 : 0);
    ++size_;
  }
  void Pop() noexcept {
    bits_ >>= 1;
    if (--size_ % kBits != 0 || size_ == 0) return;
    bits_ = full_.back();
    full_.pop_back();
  }

 private:
  static constexpr std::size_t kBits = 64;
  std::uint64_t bits_ = 0;  // the innermost, the last one lowest
  std::vector<std::uint64_t> full_;
  std::size_t size_ = 0;
};

class Walk {
 public:
  explicit Walk(std::string_view text);

  // Goes on to the end of the next child, and returns true; false at the end of the text, or where
  // it is refused, and then error() says why.
  bool Next();

  // Of the child: its key as it was written, with quotes; empty in an array.
  std::string_view key() const noexcept { return key_; }
  const ValueSlice& child() const noexcept { return child_; }
  // Of the text: what its value begins with, and what has been counted of it.
  char opening() const noexcept { return opening_; }
  std::uint64_t compact_bytes() const noexcept { return counter_.bytes(); }
  const std::optional<Error>& error() const noexcept { return error_; }

 private:
  enum class Expects : std::uint8_t {
    kValue,
    kValueOrClose,
    kKey,
    kKeyOrClose,
    kColon,
    kCommaOrClose,
    kEnd,
  };

  std::size_t offset() const noexcept { return text_.size() - rest_.size(); }
  Piece Take() noexcept;
  void ReadMark(std::size_t begin);
  void ReadWord(std::size_t begin);
  void ReadString(std::size_t begin);
  bool BeginValue(std::size_t begin);
  void EndValue();
  void Refuse(std::size_t at);
  void Refuse(std::size_t at, std::string_view expected);

  std::string_view text_;
  std::string_view rest_;
  Scanner scanner_;
  CompactCounter counter_;
  Expects expects_ = Expects::kValue;
  OpenBrackets open_;
  char opening_ = '\0';
  std::string_view key_;
  ValueSlice child_;
  std::uint64_t before_piece_ = 0;
  std::uint64_t before_child_ = 0;
  bool is_child_ = false;  // one has just ended
  std::optional<Error> error_;
};

}  // namespace callgate::json

#endif  // CALLGATE_CORE_JSON_WALK_H_
