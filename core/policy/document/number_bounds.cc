#include "core/policy/document/number_bounds.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "core/policy/values/number.h"

namespace callgate::policy {
namespace {

constexpr std::int64_t kMostInteger = (std::int64_t{1} << 53) - 1;

// A bound without `limit` is met by every number.
bool MeetsLeast(const std::optional<JsonNumber>& limit, std::string_view number) {
  return !limit || std::is_gteq(CompareNumbers(number, limit->text));
}
bool MeetsMost(const std::optional<JsonNumber>& limit, std::string_view number) {
  return !limit || std::is_lteq(CompareNumbers(number, limit->text));
}
// Rounding keeps the order of two numbers but may make them equal, so that only here the nearest
// doubles say more.
bool IsAbove(const std::optional<JsonNumber>& limit, std::string_view number) {
  return !limit || (std::is_gt(CompareNumbers(number, limit->text)) &&
                    NearestDouble(number) > NearestDouble(limit->text));
}
bool IsBelow(const std::optional<JsonNumber>& limit, std::string_view number) {
  return !limit || (std::is_lt(CompareNumbers(number, limit->text)) &&
                    NearestDouble(number) < NearestDouble(limit->text));
}

// The integer that is nearest to `limit` among those that `meets` it, where `step` leads away from
// it; beyond kMostInteger where there is none.
template <typename Meets>
std::int64_t FirstInteger(const std::optional<JsonNumber>& limit, std::int64_t step, Meets meets) {
  if (!limit) return -step * kMostInteger;
  constexpr double kMost = static_cast<double>(kMostInteger);
  const double nearest = std::clamp(NearestDouble(limit->text), -kMost, kMost);
  std::int64_t integer = static_cast<std::int64_t>(nearest) - 2 * step;
  for (int tries = 0; tries < 6; ++tries, integer += step) {
    if (meets(limit, std::to_string(integer)) && std::abs(integer) <= kMostInteger) return integer;
  }
  return step * (kMostInteger + 1);
}

bool LeavesAnInteger(const Schema& schema) {
  std::int64_t least = std::max(FirstInteger(schema.minimum, 1, MeetsLeast),
                                FirstInteger(schema.exclusive_minimum, 1, IsAbove));
  const std::int64_t most = std::min(FirstInteger(schema.maximum, -1, MeetsMost),
                                     FirstInteger(schema.exclusive_maximum, -1, IsBelow));
  if (schema.multiple_of) {
    const auto multiple = static_cast<std::int64_t>(*schema.multiple_of);
    const std::int64_t past = least % multiple;
    if (past != 0) least += past > 0 ? multiple - past : -past;
  }
  return least <= most;
}

// The numbers that meet a bound all lie on one side, so that it is enough that each two bounds have
// one in common.
bool LeavesADecimal(const Schema& schema) {
  const std::optional<JsonNumber>& least = schema.minimum;
  const std::optional<JsonNumber>& most = schema.maximum;
  const std::optional<JsonNumber>& above = schema.exclusive_minimum;
  const std::optional<JsonNumber>& below = schema.exclusive_maximum;
  if (least && !(MeetsMost(most, least->text) && IsBelow(below, least->text))) return false;
  if (most && !IsAbove(above, most->text)) return false;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double first = above ? std::nextafter(NearestDouble(above->text), kInfinity)
                             : std::numeric_limits<double>::lowest();
  return first < (below ? NearestDouble(below->text) : kInfinity);
}

}  // namespace

bool MeetsBounds(const Schema& schema, std::string_view number) {
  return MeetsLeast(schema.minimum, number) && MeetsMost(schema.maximum, number) &&
         IsAbove(schema.exclusive_minimum, number) && IsBelow(schema.exclusive_maximum, number);
}

bool IsIntegerOf(const Schema& schema, std::string_view number) {
  const std::string text = CanonicalNumber(number);
  if (text.find_first_of(".e") != std::string::npos) return false;
  if (std::is_gt(CompareNumbers(text, "9007199254740991")) ||
      std::is_lt(CompareNumbers(text, "-9007199254740991"))) {
    return false;
  }
  return !schema.multiple_of ||
         std::stoll(text) % static_cast<std::int64_t>(*schema.multiple_of) == 0;
}

bool LeavesANumber(const Schema& schema) {
  return (schema.types & kNumberType) != 0 ? LeavesADecimal(schema) : LeavesAnInteger(schema);
}

}  // namespace callgate::policy
