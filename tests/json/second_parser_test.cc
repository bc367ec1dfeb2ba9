// Nothing is JSON for us that is none for RapidJSON, which is written by others.
#include <gtest/gtest.h>
#include <rapidjson/reader.h>

#include <random>
#include <string>

#include "callgate/json.h"

namespace callgate::json {
namespace {

constexpr std::uint32_t kSeed = 8259;
constexpr int kTexts = 100'000;

bool IsJsonForRapidJson(const std::string& text) {
  rapidjson::Reader reader;
  rapidjson::StringStream stream(text.c_str());
  rapidjson::BaseReaderHandler<> handler;
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                              rapidjson::kParseValidateEncodingFlag |
                              rapidjson::kParseNumbersAsStringsFlag;
  return !reader.Parse<kFlags>(stream, handler).IsError() && stream.Tell() == text.size();
}

// Pieces that often make JSON, and as often something close to it.
class RandomText {
 public:
  explicit RandomText(std::uint32_t seed) : random_(seed) {}

  std::string Text() {
    std::string text = Value(0);
    for (std::size_t i = Below(3); i > 0; --i) {
      const std::size_t at = Below(text.size() + 1);
      if (Below(2) == 0) {
        text.insert(at, Piece());
      } else if (at < text.size()) {
        text.erase(at, 1 + Below(3));
      }
    }
    return text;
  }

 private:
  std::size_t Below(std::size_t n) { return random_() % n; }

  std::string Piece() {
    static constexpr std::string_view kPieces[] = {
        "{",     "}",    "[",    "]",     ",",      ":",         "\"",      "\\",       "\\u",
        "\\u0",  "-",    "+",    "0",     ".",      "e",         "E+",      "1e999",    "null",
        "tru",   " ",    "\t",   "\x01",  "\x1f",   "\x7f",      "\\ud800", "\\udc00",  "\xff",
        "\xc3",  "é",    "\\n",  "\\q",   "00",     "1.5",       "-0",      "\"a\":1,", "\"b\"",
        "0e309", "\xef", "\xbb", "[[[]]", "{\"a\"", "\\ud83d\\u"};
    return std::string(kPieces[Below(std::size(kPieces))]);
  }
  std::string String() {
    std::string text = "\"";
    for (std::size_t i = Below(30); i > 0; --i) {
      text += Below(8) == 0 ? "\\u20ac" : std::string(1, static_cast<char>('a' + Below(26)));
    }
    return text + '"';
  }
  std::string Value(int depth) {
    const std::size_t kind = depth > 3 ? Below(3) : Below(5);
    if (kind == 0) return String();
    if (kind == 1) return std::to_string(Below(1000)) + (Below(2) == 0 ? "" : ".25e-3");
    if (kind == 2) return Below(2) == 0 ? "true" : "null";
    std::string text = kind == 3 ? "[" : "{";
    for (std::size_t i = Below(4); i > 0; --i) {
      if (kind == 4) text += String() + ": ";
      text += Value(depth + 1);
      if (i > 1) text += ", ";
    }
    return text + (kind == 3 ? "]" : "}");
  }

  std::mt19937 random_;
};

TEST(SecondParser, RefusesNothingThatIsTakenHere) {
  RandomText random(kSeed);
  int taken = 0;
  int refused_here_alone = 0;
  for (int i = 0; i < kTexts; ++i) {
    const std::string text = random.Text();
    const bool is_json = IsJsonForRapidJson(text);
    const auto document = Parse(text);
    if (document.ok()) {
      ++taken;
      ASSERT_TRUE(is_json) << "seed " << kSeed << ": " << text;
    } else if (is_json) {
      // Our own rules: unique keys, characters instead of lone surrogates, and no number that
      // becomes zero because it is small.
      ++refused_here_alone;
      const std::string& message = document.error().message;
      ASSERT_TRUE(message.find("already has a member") != std::string::npos ||
                  message.find("surrogate") != std::string::npos ||
                  message.find("a double can hold") != std::string::npos)
          << "seed " << kSeed << ": " << message << ": " << text;
    }
  }
  EXPECT_GT(taken, kTexts / 4);
  EXPECT_GT(refused_here_alone, 0);
}

}  // namespace
}  // namespace callgate::json
