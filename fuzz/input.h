// What the structured fuzzers share: how a fuzzer's bytes become choices and edits, and how a
// property is required.
#ifndef CALLGATE_FUZZ_INPUT_H_
#define CALLGATE_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace callgate::fuzz {

// A property: a fuzzer fails by aborting, which libFuzzer and the replay both keep the input of.
inline void Require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", property);
  std::abort();
}

// Reads an input from its begin; what is missing at its end reads as zero.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t Byte() { return rest_.empty() ? 0 : static_cast<std::uint8_t>(Take(1)[0]); }
  std::size_t Below(std::size_t bound) { return Byte() % bound; }
  std::size_t Word() {
    const std::size_t high = Byte();
    return high << 8 | Byte();
  }
  std::string_view Take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view Rest() { return Take(rest_.size()); }

 private:
  std::string_view rest_;
};

// One edit of `text`. Positions are 16 bits, so that every byte of a text of that size is reached.
inline void Edit(Input& input, std::string& text) {
  const std::size_t kind = input.Below(6);
  const std::size_t at = text.empty() ? 0 : input.Word() % text.size();
  const std::uint8_t size = input.Byte();
  switch (kind) {
    case 0:  // another byte
      if (!text.empty()) text[at] = static_cast<char>(input.Byte());
      return;
    case 1:  // bytes more
      text.insert(at, input.Take(1 + size % 16));
      return;
    case 2:  // bytes less
      text.erase(at, 1 + size % 16);
      return;
    case 3:  // a piece twice, somewhere
      text.insert(text.empty() ? 0 : input.Word() % text.size(), text.substr(at, size));
      return;
    case 4:  // one bit
      if (!text.empty()) text[at] = static_cast<char>(text[at] ^ (1 << size % 8));
      return;
    case 5:  // two pieces change places
      std::rotate(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), text.end());
      return;
  }
}

// As many edits as the input asks for, at most four.
inline std::string Edited(Input& input, std::string text) {
  for (std::size_t edits = input.Below(5); edits > 0; --edits) Edit(input, text);
  return text;
}

}  // namespace callgate::fuzz

#endif  // CALLGATE_FUZZ_INPUT_H_
