// The grammar of RFC 8259, and nothing else: what a text holds goes to a TreeBuilder.
#ifndef CALLGATE_CORE_JSON_READER_H_
#define CALLGATE_CORE_JSON_READER_H_

#include <cstddef>
#include <string_view>

#include "callgate/json.h"
#include "callgate/limits.h"
#include "core/json/tree_builder.h"

namespace callgate::json {

// Reads one text, from its front to its end. No recursion. Strings, decoded, and numbers are put
// into a block as large as the text, each where it begins in the text. A decoded string is never
// longer than its source, so that it ends before the next one begins.
class Reader {
 public:
  // REQUIRES: `text` is valid UTF-8, `block` has room for it and kTextPadding bytes more, and
  // `tree` counts from `block`.
  Reader(std::string_view text, char* block, TreeBuilder& tree, const Limits& limits)
      : begin_(text.data()),
        end_(text.data() + text.size()),
        at_(text.data()),
        block_(block),
        tree_(tree),
        limits_(limits) {}

  // False: tree.error() says why.
  bool Read();

 private:
  // A NUL stands for the end: it is no JSON anywhere.
  char Peek() const { return at_ == end_ ? '\0' : *at_; }
  char PeekPastSpace() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    return Peek();
  }
  std::size_t OffsetOf(const char* at) const { return static_cast<std::size_t>(at - begin_); }
  bool Fail(const char* expected) { return Fail(expected, at_); }
  bool Fail(const char* expected, const char* at) {
    return tree_.Fail(ErrorCode::kInvalidJson, expected, OffsetOf(at));
  }

  bool ReadValue(bool& is_container);
  bool CloseAll(bool& is_complete);
  bool ReadKey();
  bool ReadLiteral(std::string_view word, Kind kind);
  bool ReadNumber();
  bool SkipDigits();

  // Of strings, in read_string.cc. `out` is where the next decoded byte goes.
  bool ReadString(std::size_t& length);
  bool ReadUnicodeEscape(char*& out, bool& has_lone_surrogate);
  bool ReadFourDigits(const char* escape, unsigned& unit);

  const char* const begin_;
  const char* const end_;
  const char* at_;
  char* const block_;
  TreeBuilder& tree_;
  const Limits& limits_;
};

}  // namespace callgate::json

#endif  // CALLGATE_CORE_JSON_READER_H_
