// JSON that is passed on as it was written: checked, measured and cut without being read into
// values. A tool's result is bounded by its bytes alone, and is the tool's own affair otherwise.
//
// These functions take whatever Parse takes and also: arrays and objects at any depth, any number
// of values, numbers that no double holds, halves of surrogate pairs in escapes, and, where nothing
// here looks at it, a key that an object has twice. All else is refused with INVALID_JSON and
// "byte N": among it invalid UTF-8, a byte order mark, control characters in strings, text after
// the value. No recursion; linear time; a bit of memory for each bracket that is open.
#ifndef CALLGATE_SCAN_H_
#define CALLGATE_SCAN_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/result.h"

namespace callgate::json {

// Bytes of a JSON text in compact form: no white space outside strings, each character of a string
// in its shortest spelling, a half of a surrogate pair in its only one, "\ud83d".
Result<std::uint64_t> CompactSize(std::string_view text);

// The text without white space outside strings, all else as it was written. Of a text that
// CompactSize takes it is one line. Fails on none.
std::string CompactText(std::string_view text);

// Where a value stands in its text.
struct ValueSlice {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t compact_bytes = 0;

  std::string_view Of(std::string_view text) const noexcept {
    return text.substr(begin, end - begin);
  }
};

// The members of the object that `text` is, in the order of `keys`, which are ASCII; nullopt for
// those that it does not have. INVALID_JSON, too, for what is no object, and for a key of `keys`
// that it has twice, however that is spelled: two readers could take two values. Members that are
// not asked for may be there twice.
Result<std::vector<std::optional<ValueSlice>>> FindMembers(std::string_view text,
                                                           std::span<const std::string_view> keys);

// The elements of the array that `text` is. INVALID_JSON, too, for what is no array, LIMIT_EXCEEDED
// for more than `max_elements`.
Result<std::vector<ValueSlice>> FindElements(std::string_view text, std::size_t max_elements);

// Finds, while a JSON-RPC message arrives, whose answer it is: for messages that are too large to
// be kept, or no JSON, so that it proves nothing about the rest.
//
// Constant memory, linear time, never fails.
// Thread-safety: none; one message is one thread's.
class IdScanner {
 public:
  IdScanner();
  ~IdScanner();
  IdScanner(IdScanner&&) noexcept;
  IdScanner& operator=(IdScanner&&) noexcept;

  // The next bytes of the message, split anywhere.
  void Feed(std::string_view chunk) noexcept;

  // The value of the one top-level member `id` that was read completely, as it was written; empty
  // where there is none or a second one, or it is neither a number of up to 18 digits nor a string
  // of up to 64 letters, digits and _ . -
  [[nodiscard]] std::string_view id() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace callgate::json

#endif  // CALLGATE_SCAN_H_
