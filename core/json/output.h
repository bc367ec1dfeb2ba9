// A string that is written at its end byte by byte and block by block.
#ifndef CALLGATE_CORE_JSON_OUTPUT_H_
#define CALLGATE_CORE_JSON_OUTPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "core/json/plain_text.h"

namespace callgate::json {

// Appends to a string, which is complete when the Output is destroyed.
class Output {
 public:
  // `expected` bytes are made room for at once, no more: room costs as if it were written, and many
  // short appends to one long string must not pay for its length.
  Output(std::string& text, std::size_t expected) : text_(text) {
    const std::size_t size = text.size();
    text_.resize(size + expected + kSlack);
    Place(size);
  }
  ~Output() { text_.resize(size()); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::size_t size() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  // REQUIRES: something was written.
  char last() const noexcept { return at_[-1]; }

  void Put(char c) {
    Reserve(1);
    *at_++ = c;
  }
  void Put(std::string_view text) {
    Reserve(text.size());
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void Fill(std::size_t count, char c) {
    Reserve(count);
    std::memset(at_, c, count);
    at_ += count;
  }
  // As AppendString.
  void PutString(std::string_view text);
  // The same, faster. REQUIRES: `text` is part of a Document: kTextPadding bytes past it exist.
  void PutPaddedString(std::string_view text);

 private:
  static constexpr std::size_t kSlack = 64;

  // Room for `count` bytes, and a block more.
  void Reserve(std::size_t count) {
    if (static_cast<std::size_t>(end_ - at_) < count + kPlainBlock) Grow(count);
  }
  void Grow(std::size_t count);
  void Place(std::size_t used) {
    begin_ = text_.data();
    at_ = begin_ + used;
    end_ = begin_ + text_.size();
  }
  void PutBlocks(const char*& from, std::size_t& left, std::size_t least);

  std::string& text_;
  char* begin_;
  char* at_;
  char* end_;
};

}  // namespace callgate::json

#endif  // CALLGATE_CORE_JSON_OUTPUT_H_
