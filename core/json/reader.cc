#include "core/json/reader.h"

#include <charconv>
#include <cstring>
#include <optional>

#include "core/base/ascii.h"

namespace callgate::json {
namespace {

std::optional<double> ToDouble(std::string_view number) {
  double value;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  return value;
}

// Some readers convert a number part by part: neither its integer nor, where it is zero, its
// exponent may be too large for a double by itself.
bool PartsFitDouble(std::string_view number, double value) {
  constexpr std::size_t kLargestExponent = 308;
  if (!ToDouble(number.substr(0, number.find_first_of(".eE")))) return false;
  const std::size_t e = number.find_first_of("eE");
  if (value != 0 || e == std::string_view::npos || number[e + 1] == '-') return true;
  const std::size_t digits = e + (number[e + 1] == '+' ? 2 : 1);
  const std::size_t point = number.find('.');
  const std::size_t decimals = point == std::string_view::npos ? 0 : e - point - 1;
  std::size_t exponent;
  const auto [end, error] =
      std::from_chars(number.data() + digits, number.data() + number.size(), exponent);
  return error == std::errc() && exponent <= kLargestExponent + decimals;
}

bool FitsDouble(std::string_view number, bool has_exponent) {
  // Of digits and perhaps a point: a double holds any such number of this length, if not exactly.
  constexpr std::size_t kSafeLength = 300;
  if (!has_exponent && number.size() <= kSafeLength) return true;
  const std::optional<double> value = ToDouble(number);
  return value && PartsFitDouble(number, *value);
}

}  // namespace

bool Reader::Read() {
  const char first = PeekPastSpace();
  if (first == '\0' || first == ',' || first == ':' || first == ']' || first == '}') {
    return Fail("expected a value, found the end");
  }
  for (;;) {
    // A value is next.
    bool is_container = false;
    if (!ReadValue(is_container)) return false;
    if (is_container) {
      if (!tree_.is_in_object()) {
        if (PeekPastSpace() != ']') continue;
      } else if (PeekPastSpace() != '}') {
        if (!ReadKey()) return false;
        continue;
      }
    }
    // A value, or the opening bracket of an empty container, was the last.
    bool is_complete = false;
    if (!CloseAll(is_complete)) return false;
    if (is_complete) return true;
    if (tree_.is_in_object()) {
      PeekPastSpace();
      if (!ReadKey()) return false;
    } else {
      PeekPastSpace();
    }
  }
}

// Closes what ends here. Then a comma was read, or the text is complete.
bool Reader::CloseAll(bool& is_complete) {
  for (;;) {
    const char c = PeekPastSpace();
    if (!tree_.is_open()) {
      is_complete = true;
      return c == '\0' && at_ == end_ ? true : Fail("expected the end of the text");
    }
    if (c == ',') {
      ++at_;
      return true;
    }
    const bool is_object = tree_.is_in_object();
    if (c != (is_object ? '}' : ']')) {
      return Fail(is_object ? "expected ',' or '}'" : "expected ',' or ']'");
    }
    ++at_;
    if (!tree_.Close()) return false;
  }
}

bool Reader::ReadValue(bool& is_container) {
  switch (Peek()) {
    case '{':
      ++at_;
      is_container = true;
      return tree_.Open(Kind::kObject);
    case '[':
      ++at_;
      is_container = true;
      return tree_.Open(Kind::kArray);
    case '"': {
      const std::size_t offset = OffsetOf(at_ + 1);
      std::size_t length;
      return ReadString(length) && tree_.AddScalar(Kind::kString, offset, length);
    }
    case 'n':
      return ReadLiteral("null", Kind::kNull);
    case 't':
      return ReadLiteral("true", Kind::kTrue);
    case 'f':
      return ReadLiteral("false", Kind::kFalse);
    default:
      return ReadNumber();
  }
}

// A key and its colon, up to where the value begins.
bool Reader::ReadKey() {
  if (Peek() != '"') return Fail("expected a key in quotes");
  const std::size_t offset = OffsetOf(at_ + 1);
  std::size_t length;
  if (!ReadString(length) || !tree_.AddKey(offset, length)) return false;
  if (PeekPastSpace() != ':') return Fail("expected ':'");
  ++at_;
  PeekPastSpace();
  return true;
}

bool Reader::ReadLiteral(std::string_view word, Kind kind) {
  for (const char c : word) {
    if (Peek() != c) return Fail("expected a value");
    ++at_;
  }
  return tree_.AddScalar(kind, 0, 0);
}

// False where there is not one digit.
bool Reader::SkipDigits() {
  const char* const begin = at_;
  while (base::IsAsciiDigit(Peek())) ++at_;
  return at_ != begin;
}

bool Reader::ReadNumber() {
  const char* const begin = at_;
  if (Peek() == '-') ++at_;
  if (Peek() == '0') {
    ++at_;
  } else if (!SkipDigits()) {
    return Fail("expected a value");
  }
  if (Peek() == '.') {
    ++at_;
    if (!SkipDigits()) return Fail("expected a digit after '.'");
  }
  const bool has_exponent = Peek() == 'e' || Peek() == 'E';
  if (has_exponent) {
    ++at_;
    if (Peek() == '+' || Peek() == '-') ++at_;
    if (!SkipDigits()) return Fail("expected a digit in the exponent");
  }
  const std::string_view number(begin, static_cast<std::size_t>(at_ - begin));
  if (number.size() > limits_.max_number_bytes) {
    return tree_.Fail(ErrorCode::kLimitExceeded, "a number has too many digits", OffsetOf(begin));
  }
  if (!FitsDouble(number, has_exponent)) {
    return Fail("expected a number that a double can hold", begin);
  }
  std::memcpy(block_ + OffsetOf(begin), number.data(), number.size());
  return tree_.AddScalar(Kind::kNumber, OffsetOf(begin), number.size());
}

}  // namespace callgate::json
