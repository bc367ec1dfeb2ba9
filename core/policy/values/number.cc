#include "core/policy/values/number.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "core/base/ascii.h"

namespace callgate::policy {
namespace {

constexpr std::int64_t kMostExponent = 100'000'000'000'000'000;

// What follows the e, within ±kMostExponent; 0 where there is none.
std::int64_t ExponentOf(std::string_view number) noexcept {
  const std::size_t e = number.find_first_of("eE");
  if (e == std::string_view::npos) return 0;
  std::string_view digits = number.substr(e + 1);
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t exponent = 0;
  for (const char digit : digits) {
    exponent = std::min(exponent * 10 + (digit - '0'), kMostExponent);
  }
  return negative ? -exponent : exponent;
}

// A number as 0.d1d2d3... times a power of ten, where d1 is not 0. The digits may hold the point
// and end in zeros.
struct Magnitude {
  std::string_view digits;  // empty for zero
  std::int64_t power = 0;
};

Magnitude MagnitudeOf(std::string_view number) noexcept {
  if (number.starts_with('-')) number.remove_prefix(1);
  const std::string_view digits = number.substr(0, number.find_first_of("eE"));
  const std::size_t first = digits.find_first_not_of("0.");
  if (first == std::string_view::npos) return {};
  const std::size_t point = std::min(digits.find('.'), digits.size());
  std::int64_t power = ExponentOf(number);
  if (first < point) {
    power += static_cast<std::int64_t>(point - first);
  } else {
    power -= static_cast<std::int64_t>(first - point - 1);
  }
  return {digits.substr(first), power};
}

// The digits of a magnitude one by one, then zeros.
class Digits {
 public:
  explicit Digits(std::string_view digits) noexcept : rest_(digits) {}

  bool at_end() const noexcept { return rest_.empty(); }
  char Next() noexcept {
    if (rest_.starts_with('.')) rest_.remove_prefix(1);
    if (rest_.empty()) return '0';
    const char digit = rest_.front();
    rest_.remove_prefix(1);
    return digit;
  }

 private:
  std::string_view rest_;
};

std::strong_ordering CompareMagnitudes(const Magnitude& a, const Magnitude& b) noexcept {
  if (a.digits.empty() || b.digits.empty()) return a.digits.size() <=> b.digits.size();
  if (a.power != b.power) return a.power <=> b.power;
  Digits of_a(a.digits);
  Digits of_b(b.digits);
  while (!of_a.at_end() || !of_b.at_end()) {
    const std::strong_ordering order = of_a.Next() <=> of_b.Next();
    if (order != std::strong_ordering::equal) return order;
  }
  return std::strong_ordering::equal;
}

}  // namespace

std::strong_ordering CompareNumbers(std::string_view a, std::string_view b) noexcept {
  const Magnitude of_a = MagnitudeOf(a);
  const Magnitude of_b = MagnitudeOf(b);
  const bool a_is_below = a.starts_with('-') && !of_a.digits.empty();
  const bool b_is_below = b.starts_with('-') && !of_b.digits.empty();
  if (a_is_below != b_is_below) return b_is_below <=> a_is_below;
  return a_is_below ? CompareMagnitudes(of_b, of_a) : CompareMagnitudes(of_a, of_b);
}

double NearestDouble(std::string_view number) noexcept {
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  // Too large or too close to zero, which the conversion does not tell.
  const Magnitude magnitude = MagnitudeOf(number);
  value = magnitude.power > 0 ? std::numeric_limits<double>::infinity() : 0;
  return number.starts_with('-') ? -value : value;
}

std::optional<std::int64_t> IntegerOf(std::string_view number) noexcept {
  constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;
  if (number == "-0") return std::nullopt;
  const bool negative = number.starts_with('-');
  std::int64_t integer = 0;
  for (const char digit : number.substr(negative ? 1 : 0)) {
    if (!base::IsAsciiDigit(digit)) return std::nullopt;
    integer = integer * 10 + (digit - '0');
    if (integer > kMost) return std::nullopt;
  }
  return negative ? -integer : integer;
}

bool HasHugeExponent(std::string_view number) noexcept {
  constexpr std::int64_t kMost = 400;
  const std::int64_t exponent = ExponentOf(number);
  return exponent > kMost || exponent < -kMost;
}

std::string CanonicalNumber(std::string_view number) {
  const Magnitude magnitude = MagnitudeOf(number);
  std::string digits;
  for (Digits rest(magnitude.digits); !rest.at_end();) digits += rest.Next();
  digits.resize(digits.find_last_not_of('0') + 1);  // npos + 1 is 0
  if (digits.empty()) return "0";
  std::string out = number.starts_with('-') ? "-" : "";
  const auto count = static_cast<std::int64_t>(digits.size());
  const std::int64_t point = magnitude.power;  // digits before it
  if (point > 21 || point <= -6) {
    out += digits[0];
    if (count > 1) out.append(".").append(digits, 1);
    return out.append(point > 0 ? "e+" : "e-").append(std::to_string(std::abs(point - 1)));
  }
  if (point <= 0) return out.append("0.").append(-point, '0').append(digits);
  if (count <= point) return out.append(digits).append(point - count, '0');
  return out.append(digits, 0, point).append(".").append(digits, point);
}

}  // namespace callgate::policy
