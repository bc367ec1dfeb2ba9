#include "core/token/numeric_date.h"

#include <algorithm>
#include <string_view>

namespace callgate::token {

std::optional<Time> ReadNumericDate(json::Value value, Rounding rounding) {
  if (!value.is_number()) return std::nullopt;
  const std::string_view number = value.number();
  constexpr std::size_t kMostDigits = 10;  // kLatestTime has ten; more cannot be in range
  if (number.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;

  const std::size_t point = std::min(number.find('.'), number.size());
  if (point > kMostDigits) return std::nullopt;
  std::int64_t milliseconds = 0;
  for (const char digit : number.substr(0, point)) {
    milliseconds = milliseconds * 10 + (digit - '0');
  }
  std::string_view fraction = point < number.size() ? number.substr(point + 1) : "";
  for (std::size_t i = 0; i < 3; ++i) {
    milliseconds = milliseconds * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  fraction.remove_prefix(std::min<std::size_t>(3, fraction.size()));
  const bool has_remainder = fraction.find_first_not_of('0') != std::string_view::npos;
  if (rounding == Rounding::kUp && has_remainder) ++milliseconds;

  const Time time{std::chrono::milliseconds{milliseconds}};
  if (!CheckTime(time)) return std::nullopt;
  return time;
}

}  // namespace callgate::token
