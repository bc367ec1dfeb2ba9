#include <charconv>
#include <cstring>

#include "core/base/ascii.h"
#include "core/json/write.h"

namespace callgate::json {
namespace {

constexpr std::int64_t kLargestInteger = (std::int64_t{1} << 53) - 1;
// From here on ECMAScript writes an exponent.
constexpr double kFirstWithExponent = 1e21;

// Lays the shortest digits of `value` out as ECMAScript's Number::toString does (RFC 8785 section
// 3.2.2.3); std::to_chars alone chooses between the two notations by length instead.
void PutEcmaScriptNumber(double value, Output& out) {
  if (value == 0) {  // also -0
    out.Put('0');
    return;
  }
  char buffer[32];
  const auto [end, error] =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  static_cast<void>(error);  // the longest double needs 24 characters
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  if (text.front() == '-') {
    out.Put('-');
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
    out.Put(all);
    out.Fill(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out.Put(all.substr(0, static_cast<std::size_t>(point)));
    out.Put('.');
    out.Put(all.substr(static_cast<std::size_t>(point)));
  } else if (-6 < point && point <= 0) {
    out.Put("0.");
    out.Fill(static_cast<std::size_t>(-point), '0');
    out.Put(all);
  } else {
    out.Put(all.substr(0, 1));
    if (count > 1) {
      out.Put('.');
      out.Put(all.substr(1));
    }
    out.Put(exponent < 0 ? "e-" : "e+");
    out.Put(std::to_string(exponent < 0 ? -exponent : exponent));
  }
}

bool IsDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), base::IsAsciiDigit);
}

bool IsInteger(std::string_view number) {
  return IsDigits(number.front() == '-' ? number.substr(1) : number);
}

// Whether ECMAScript writes the number exactly as it stands. No two numbers of up to 15 significant
// digits are the same double, so that none of them has a shorter spelling than its own digits.
bool IsShortest(std::string_view number) {
  constexpr std::size_t kExactDigits = 15;
  constexpr std::string_view kSmallestWithoutExponent = "0.000001";
  if (number == "-0") return false;
  if (number.front() == '-') number.remove_prefix(1);
  // The point is one character more.
  if (number.size() > kExactDigits + 1) return false;
  const std::size_t point = number.find('.');
  if (point == std::string_view::npos) return number.size() <= kExactDigits && IsDigits(number);
  return number.back() != '0' && IsDigits(number.substr(point + 1)) &&
         (number.front() != '0' || number >= kSmallestWithoutExponent);
}

// False for an integer that is, or would be written as, digits beyond what a double holds exactly.
bool PutNumber(Value value, Output& out) {
  const std::string_view digits = value.number();
  if (IsShortest(digits)) {
    out.Put(digits);
    return true;
  }
  const double number = value.number_as_double().value();
  const double magnitude = number < 0 ? -number : number;
  if (magnitude > static_cast<double>(kLargestInteger) &&
      (IsInteger(digits) || magnitude < kFirstWithExponent)) {
    return false;
  }
  PutEcmaScriptNumber(number, out);
  return true;
}

// `size_hint`: bytes the result is likely to need.
Result<std::string> Canonicalize(Value value, std::size_t size_hint) {
  std::string text;
  std::optional<Value> refused;
  const auto put_number = [&](Value number, Output& out) {
    if (PutNumber(number, out)) return true;
    refused = number;
    return false;
  };
  bool is_written;
  {
    Output out(text, size_hint);
    is_written = Write(value, KeyOrder::kUtf16, out, put_number);
  }
  if (!is_written) {
    return Error{ErrorCode::kInvalidJson,
                 "expected an integer within +-(2^53 - 1): readers disagree about larger ones",
                 refused ? "byte " + std::to_string(refused->offset()) : ""};
  }
  return text;
}

}  // namespace

Result<std::string> Canonicalize(Value value) { return Canonicalize(value, 0); }

Result<std::string> Canonicalize(std::string_view text, const Limits& limits) {
  Result<Document> document = Parse(text, limits);
  if (!document) return std::move(document).error();
  return Canonicalize(document->root(), text.size());
}

}  // namespace callgate::json
