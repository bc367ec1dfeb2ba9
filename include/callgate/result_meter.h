// How large a tool's result is, known while the message that carries it still arrives.
#ifndef CALLGATE_RESULT_METER_H_
#define CALLGATE_RESULT_METER_H_

#include <cstdint>
#include <memory>
#include <string_view>

namespace callgate::json {

// Counts, chunk by chunk, the bytes that the value of the top-level member `result` of one JSON
// message has in compact form, as CompactSize (scan.h) counts them. For a message that FindMembers
// takes the count is exact once it has all arrived, and never goes down before; for any other text
// it is some number, so the message must still be read. Code that buffers the message bounds its
// raw bytes too: white space is not counted.
//
// Constant memory, linear time, never fails.
// Thread-safety: none; one message is one thread's.
class ResultMeter {
 public:
  // `limit`: bytes that the result may have.
  explicit ResultMeter(std::uint64_t limit);
  ~ResultMeter();
  ResultMeter(ResultMeter&&) noexcept;
  ResultMeter& operator=(ResultMeter&&) noexcept;

  // The next bytes of the message, split anywhere.
  void Feed(std::string_view chunk) noexcept;

  // Bytes of the result so far; 0 while there is none.
  [[nodiscard]] std::uint64_t compact_bytes() const noexcept;
  // True once there are more than `limit`; it stays so.
  [[nodiscard]] bool exceeded() const noexcept { return compact_bytes() > limit_; }

 private:
  struct State;
  std::uint64_t limit_;
  std::unique_ptr<State> state_;
};

}  // namespace callgate::json

#endif  // CALLGATE_RESULT_METER_H_
