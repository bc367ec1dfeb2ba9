// Numbers as JSON writes them, compared by value.
#ifndef CALLGATE_CORE_POLICY_VALUES_NUMBER_H_
#define CALLGATE_CORE_POLICY_VALUES_NUMBER_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callgate::policy {

// REQUIRES, here and below: numbers of JSON.
//
// Exact, however many digits there are: 1, 1.0 and 10e-1 are equal, and so are 0 and -0. Linear in
// the two texts. An exponent beyond 10^17 counts as 10^17.
[[nodiscard]] std::strong_ordering CompareNumbers(std::string_view a, std::string_view b) noexcept;

// Rounded as IEEE 754 says; infinite beyond the largest double.
[[nodiscard]] double NearestDouble(std::string_view number) noexcept;

// The integer within ±(2^53 - 1) that is written without fraction and exponent, and not as -0.
[[nodiscard]] std::optional<std::int64_t> IntegerOf(std::string_view number) noexcept;

// The exponent that is written is over 400, either way.
[[nodiscard]] bool HasHugeExponent(std::string_view number) noexcept;

// The one spelling of its value, exact: as ECMAScript lays digits out, from 1e21 and below 1e-6
// with an exponent.
std::string CanonicalNumber(std::string_view number);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_VALUES_NUMBER_H_
