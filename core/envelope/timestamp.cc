#include "core/envelope/timestamp.h"

#include <cstdio>

#include "core/base/ascii.h"

namespace callgate::envelope {
namespace {

namespace chrono = std::chrono;

constexpr chrono::year kFirstYear{2001};
constexpr chrono::year kLastYear{2200};

// The decimal number in `text`; nullopt unless all characters are ASCII digits.
std::optional<unsigned> Digits(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    if (!base::IsAsciiDigit(c)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

}  // namespace

std::optional<Timestamp> ReadTimestamp(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
  constexpr std::size_t kMostDecimals = 9;
  static_assert(kForm.size() + 2 + kMostDecimals == kLongestTimestamp);
  if (text.size() < kForm.size() + 1 || text.size() > kForm.size() + 2 + kMostDecimals ||
      text.back() != 'Z') {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] != 'd' && text[i] != kForm[i]) return std::nullopt;
  }
  const auto year = Digits(text.substr(0, 4)), month = Digits(text.substr(5, 2)),
             day = Digits(text.substr(8, 2)), hour = Digits(text.substr(11, 2)),
             minute = Digits(text.substr(14, 2)), second = Digits(text.substr(17, 2));
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const chrono::year_month_day date{chrono::year{static_cast<int>(*year)}, chrono::month{*month},
                                    chrono::day{*day}};
  if (!date.ok() || date.year() < kFirstYear || date.year() > kLastYear || *hour > 23 ||
      *minute > 59 || *second > 59) {
    return std::nullopt;
  }

  std::string_view decimals = text.substr(kForm.size());
  decimals.remove_suffix(1);  // the Z
  unsigned milliseconds = 0;
  bool has_remainder = false;
  if (!decimals.empty()) {
    if (decimals.front() != '.' || decimals.size() == 1) return std::nullopt;
    decimals.remove_prefix(1);
    if (!Digits(decimals)) return std::nullopt;
    for (std::size_t i = 0; i < 3; ++i) {
      milliseconds =
          milliseconds * 10 + (i < decimals.size() ? static_cast<unsigned>(decimals[i] - '0') : 0);
    }
    has_remainder = decimals.find_first_not_of('0', 3) != std::string_view::npos;
  }
  const auto seconds = chrono::sys_days{date}.time_since_epoch() + chrono::hours{*hour} +
                       chrono::minutes{*minute} + chrono::seconds{*second};
  return Timestamp{chrono::seconds{seconds}.count(),
                   Time{seconds + chrono::milliseconds{milliseconds}}, has_remainder};
}

std::optional<Timestamp> ReadTimestamp(std::int64_t seconds) {
  constexpr auto kFirst = chrono::sys_days{kFirstYear / 1 / 1};
  constexpr auto kEnd = chrono::sys_days{(kLastYear + chrono::years{1}) / 1 / 1};
  const chrono::sys_seconds time{chrono::seconds{seconds}};
  if (time < kFirst || time >= kEnd) return std::nullopt;
  return Timestamp{seconds, Time{time}, false};
}

std::string WriteTimestamp(Time time) {
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date{day};
  const chrono::hh_mm_ss clock{time - day};
  char text[64];
  const int written = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return std::string(text, static_cast<std::size_t>(written));
}

}  // namespace callgate::envelope
