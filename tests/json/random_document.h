#ifndef CALLGATE_TESTS_JSON_RANDOM_DOCUMENT_H_
#define CALLGATE_TESTS_JSON_RANDOM_DOCUMENT_H_

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace callgate::json {

inline constexpr std::uint32_t kRandomSeed = 8785;

// Valid JSON of all kinds, with white space, escapes and keys that the two orders sort differently.
class RandomDocument {
 public:
  explicit RandomDocument(std::uint32_t seed) : random_(seed) {}

  std::string Next() { return Value(0); }
  std::string FlatObject() {
    std::string out = "{";
    for (std::size_t i = 0; i < 8; ++i) out += Key(i) + ":0,";
    out.back() = '}';
    return out;
  }

  std::string Space() {
    static constexpr std::string_view kSpaces[] = {"", "", " ", "\n", "\t\r"};
    return std::string(kSpaces[Below(5)]);
  }

 private:
  std::size_t Below(std::size_t n) { return random_() % n; }

  std::string Key(std::size_t i) {
    static constexpr std::string_view kParts[] = {
        "a", "B", "\\u0000", "é", "\uE000", "\U0001F600", "\uFFFF", "\\ud83d\\ude01", "\\\"", "9"};
    return "\"" + std::string(kParts[Below(10)]) + std::string(kParts[Below(10)]) + "k" +
           std::to_string(i) + "\"";
  }
  std::string Scalar() {
    static constexpr std::string_view kScalars[] = {"null",    "true",
                                                    "false",   "0",
                                                    "-0.0",    "1e2",
                                                    "0.1",     "12345678901234567890",
                                                    "\"\"",    "\"x/\"",
                                                    "\"\\/\"", "1E-7",
                                                    "4.50",    "\"\\u20ac\\n\"",
                                                    "\"😀\""};
    return std::string(kScalars[Below(15)]);
  }
  std::string Value(int depth) {
    const std::size_t kind = depth > 4 ? 0 : Below(3);
    if (kind == 0) return Space() + Scalar() + Space();
    std::string out = kind == 1 ? "[" : "{";
    const std::size_t count = Below(6);
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out += ',';
      if (kind == 2) out += Space() + Key(i) + Space() + ':';
      out += Value(depth + 1);
    }
    return out + Space() + (kind == 1 ? "]" : "}");
  }

  std::mt19937 random_;
};

}  // namespace callgate::json

#endif  // CALLGATE_TESTS_JSON_RANDOM_DOCUMENT_H_
