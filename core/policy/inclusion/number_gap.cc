#include "core/policy/inclusion/number_gap.h"

#include <algorithm>
#include <charconv>
#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "core/policy/values/number.h"

namespace callgate::policy {
namespace {

// An end of an interval of numbers.
struct Bound {
  std::string number;
  bool inclusive = true;
};
using Bounds = std::vector<Bound>;

// The integer next to a bound that is one itself: 1 for `exclusiveMinimum: 0`.
std::optional<Bound> NextTo(const std::optional<JsonNumber>& exclusive, std::int64_t step) {
  constexpr std::int64_t kMost = 9007199254740991;
  if (!exclusive) return std::nullopt;
  const std::string& text = exclusive->text;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_written_so = error == std::errc() && end == text.data() + text.size();
  if (!is_written_so || number > kMost || number < -kMost) return std::nullopt;
  return Bound{std::to_string(number + step), true};
}

// Those of a number that are written, and those that an integer has.
Bounds LowerBounds(const Schema& schema, JsonTypes type) {
  Bounds bounds;
  if (schema.minimum) bounds.push_back({schema.minimum->text, true});
  if (schema.exclusive_minimum) bounds.push_back({schema.exclusive_minimum->text, false});
  if (type == kIntegerType) {
    bounds.push_back({"-9007199254740991", true});
    if (auto next = NextTo(schema.exclusive_minimum, 1)) bounds.push_back(std::move(*next));
  }
  return bounds;
}

Bounds UpperBounds(const Schema& schema, JsonTypes type) {
  Bounds bounds;
  if (schema.maximum) bounds.push_back({schema.maximum->text, true});
  if (schema.exclusive_maximum) bounds.push_back({schema.exclusive_maximum->text, false});
  if (type == kIntegerType) {
    bounds.push_back({"9007199254740991", true});
    if (auto next = NextTo(schema.exclusive_maximum, -1)) bounds.push_back(std::move(*next));
  }
  return bounds;
}

// Some bound of `inner` leaves nothing beyond `outer`, as written and as nearest doubles: two
// numbers that differ may have the same one. `beyond` is the order of what is farther out.
bool IsBounded(const Bounds& inner, const Bound& outer, std::strong_ordering beyond) {
  return std::any_of(inner.begin(), inner.end(), [&](const Bound& bound) {
    const auto order = CompareNumbers(bound.number, outer.number);
    if (order == beyond) return false;
    if (outer.inclusive || !bound.inclusive) return true;
    const auto nearest = NearestDouble(bound.number) <=> NearestDouble(outer.number);
    return order != 0 && nearest != 0;
  });
}

}  // namespace

std::string_view FindNumberGap(const Schema& outer, const Schema& inner, JsonTypes type) {
  const Bounds low = LowerBounds(inner, type);
  const Bounds high = UpperBounds(inner, type);
  const auto fails = [](const Bounds& bounds, const std::optional<JsonNumber>& outer_bound,
                        bool inclusive, std::strong_ordering beyond) {
    return outer_bound && !IsBounded(bounds, {outer_bound->text, inclusive}, beyond);
  };
  if (fails(low, outer.minimum, true, std::strong_ordering::less)) return "minimum";
  if (fails(high, outer.maximum, true, std::strong_ordering::greater)) return "maximum";
  if (fails(low, outer.exclusive_minimum, false, std::strong_ordering::less)) {
    return "exclusiveMinimum";
  }
  if (fails(high, outer.exclusive_maximum, false, std::strong_ordering::greater)) {
    return "exclusiveMaximum";
  }
  if (outer.multiple_of && *outer.multiple_of != 1 &&
      (!inner.multiple_of || *inner.multiple_of % *outer.multiple_of != 0)) {
    return "multipleOf";
  }
  return {};
}

}  // namespace callgate::policy
