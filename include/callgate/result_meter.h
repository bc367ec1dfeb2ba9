// How large a tool's result is, known while the message that carries it still arrives.
#ifndef CALLGATE_RESULT_METER_H_
#define CALLGATE_RESULT_METER_H_

#include <cstdint>
#include <string_view>

namespace callgate::json {

// Counts, chunk by chunk, the bytes that the value of the top-level member `result` of one JSON
// message has in compact form (WriteLexical): no white space outside strings, every character of a
// string as that form writes it. For a message that Parse takes the count is exact once it has all
// arrived, and never goes down before; for any other text it is some number, so the message must
// still be parsed. Whoever buffers the message bounds its raw bytes too: white space is not
// counted.
//
// Constant memory, linear time, never fails.
// Thread-safety: none; one message is one thread's.
class ResultMeter {
 public:
  // `limit`: bytes that the result may have.
  explicit ResultMeter(std::uint64_t limit) noexcept : limit_(limit) {}

  // The next bytes of the message, split anywhere.
  void Feed(std::string_view chunk) noexcept;

  // Bytes of the result so far; 0 while there is none.
  [[nodiscard]] std::uint64_t compact_bytes() const noexcept { return count_; }
  // True once there are more than `limit`; it stays so.
  [[nodiscard]] bool exceeded() const noexcept { return count_ > limit_; }

 private:
  enum class At : std::uint8_t { kStart, kStructure, kString, kEscape, kHex, kEnd };

  void Structure(char c) noexcept;
  std::size_t Plain(std::string_view text) noexcept;
  void Escape(char c) noexcept;
  void Hex(char c) noexcept;
  void Character(std::uint32_t code_unit) noexcept;
  void MatchKey(std::uint32_t code_unit) noexcept;
  void Count(std::uint64_t bytes) noexcept { count_ += counting_ ? bytes : 0; }

  std::uint64_t limit_;
  std::uint64_t count_ = 0;
  std::uint64_t depth_ = 0;  // brackets that are open
  At at_ = At::kStart;
  bool expects_key_ = false;  // at depth 1: the next string is a key
  bool in_key_ = false;       // the string that is read is a key of the message
  bool counting_ = false;     // what is read belongs to the result
  // Characters of `result` that the key has shown so far; kNoMatch when it is another.
  static constexpr std::uint8_t kNoMatch = 0xFF;
  std::uint8_t matched_ = kNoMatch;
  std::uint8_t hex_digits_ = 0;
  std::uint32_t hex_ = 0;
};

}  // namespace callgate::json

#endif  // CALLGATE_RESULT_METER_H_
