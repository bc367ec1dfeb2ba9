#include <charconv>
#include <cstring>

#include "core/json/write.h"

namespace callgate::json {
namespace {

constexpr std::int64_t kLargestInteger = (std::int64_t{1} << 53) - 1;
// From here on ECMAScript writes an exponent.
constexpr double kFirstWithExponent = 1e21;

// Lays the shortest digits of `value` out as ECMAScript's Number::toString does (RFC 8785 section
// 3.2.2.3); std::to_chars alone chooses between the two notations by length instead.
void AppendEcmaScriptNumber(double value, std::string& out) {
  if (value == 0) {  // also -0
    out += '0';
    return;
  }
  char buffer[32];
  const auto [end, error] =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  static_cast<void>(error);  // the longest double needs 24 characters
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  if (text.front() == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  const std::size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, exponent);
  char digits[24];
  int count = 0;
  for (const char c : text.substr(0, e)) {
    if (c != '.') digits[count++] = c;
  }
  const std::string_view all(digits, static_cast<std::size_t>(count));
  const int point = exponent + 1;  // digits before the decimal point

  if (count <= point && point <= 21) {
    out += all;
    out.append(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out += all.substr(0, static_cast<std::size_t>(point));
    out += '.';
    out += all.substr(static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out += all;
  } else {
    out += all.substr(0, 1);
    if (count > 1) {
      out += '.';
      out += all.substr(1);
    }
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(exponent < 0 ? -exponent : exponent);
  }
}

bool IsPlainInteger(std::string_view digits) {
  if (digits.front() == '-') digits.remove_prefix(1);
  return std::all_of(digits.begin(), digits.end(), [](char c) { return '0' <= c && c <= '9'; });
}

// False for an integer that is, or would be written as, digits beyond what a double holds exactly.
bool AppendNumber(Value value, std::string& out) {
  constexpr std::size_t kSafeDigits = 15;
  const std::string_view digits = value.number();
  const bool is_integer = IsPlainInteger(digits);
  if (is_integer && digits.size() <= kSafeDigits && digits != "-0") {
    out += digits;
    return true;
  }
  const double number = value.number_as_double().value();
  const double magnitude = number < 0 ? -number : number;
  if (magnitude > static_cast<double>(kLargestInteger) &&
      (is_integer || magnitude < kFirstWithExponent)) {
    return false;
  }
  AppendEcmaScriptNumber(number, out);
  return true;
}

// `size_hint`: bytes the result is likely to need.
Result<std::string> Canonicalize(Value value, std::size_t size_hint) {
  std::string out;
  out.reserve(size_hint);
  std::optional<Value> refused;
  const bool written = Write(value, KeyOrder::kUtf16, out, [&](Value number, std::string& text) {
    if (AppendNumber(number, text)) return true;
    refused = number;
    return false;
  });
  if (!written) {
    return Error{ErrorCode::kInvalidJson,
                 "expected an integer within +-(2^53 - 1): readers disagree about larger ones",
                 refused ? "byte " + std::to_string(refused->offset()) : ""};
  }
  return out;
}

}  // namespace

Result<std::string> Canonicalize(Value value) { return Canonicalize(value, 0); }

Result<std::string> Canonicalize(std::string_view text, const Limits& limits) {
  Result<Document> document = Parse(text, limits);
  if (!document) return std::move(document).error();
  return Canonicalize(document->root(), text.size());
}

}  // namespace callgate::json
