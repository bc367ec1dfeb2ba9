#include "core/trust/fields.h"

#include <chrono>
#include <cstddef>

#include "core/base/ascii.h"
#include "core/trust/der.h"
#include "core/trust/key_encoding.h"

namespace callgate::trust {
namespace {

constexpr std::uint8_t kExplicitVersion = 0xA0;

// `count` digits from `at`. REQUIRES: they are within the text.
std::optional<int> Digits(std::string_view text, std::size_t at, std::size_t count) noexcept {
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (!base::IsAsciiDigit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// MMDDHHMMSSZ of a year.
std::optional<Time> PointInTime(int year, std::string_view rest) noexcept {
  constexpr std::size_t kSize = 11;
  if (rest.size() != kSize || rest.back() != 'Z') return std::nullopt;
  int part[5];
  for (std::size_t i = 0; i < 5; ++i) {
    const std::optional<int> digits = Digits(rest, 2 * i, 2);
    if (!digits) return std::nullopt;
    part[i] = *digits;
  }
  const auto [month, day, hour, minute, second] = part;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

std::optional<Time> TakeTime(std::string_view& bytes) noexcept {
  const std::optional<DerElement> element = TakeDerElement(bytes);
  if (!element) return std::nullopt;
  const std::size_t year_digits = element->tag == kDerUtcTime ? 2 : 4;
  if ((element->tag != kDerUtcTime && element->tag != kDerGeneralizedTime) ||
      element->content.size() < year_digits) {
    return std::nullopt;
  }
  std::optional<int> year = Digits(element->content, 0, year_digits);
  if (!year) return std::nullopt;
  if (year_digits == 2) year = *year + (*year < 50 ? 2000 : 1900);
  return PointInTime(*year, element->content.substr(year_digits));
}

}  // namespace

std::optional<CertificateFields> ReadFields(std::string_view der) noexcept {
  if (!IsStrictDer(der)) return std::nullopt;
  const std::optional<DerElement> certificate = TakeDerElement(der);
  if (!certificate) return std::nullopt;
  std::string_view bytes = certificate->content;
  const std::optional<DerElement> to_be_signed = TakeDerElement(bytes);
  if (!to_be_signed) return std::nullopt;
  bytes = to_be_signed->content;
  std::optional<DerElement> element = TakeDerElement(bytes);
  if (element && element->tag == kExplicitVersion) element = TakeDerElement(bytes);
  // What was taken is the serial number; the algorithm and the issuer follow.
  for (int skipped = 0; element && skipped < 2; ++skipped) element = TakeDerElement(bytes);
  const std::optional<DerElement> validity = element ? TakeDerElement(bytes) : std::nullopt;
  if (!validity) return std::nullopt;
  std::string_view times = validity->content;
  const std::optional<Time> not_before = TakeTime(times);
  const std::optional<Time> not_after = not_before ? TakeTime(times) : std::nullopt;
  if (!not_after || !times.empty()) return std::nullopt;
  element = TakeDerElement(bytes);  // the subject
  const std::optional<DerElement> spki = element ? TakeDerElement(bytes) : std::nullopt;
  if (!spki) return std::nullopt;
  return CertificateFields{Sha256(spki->whole), *not_before, *not_after,
                           KeyEncodingFault(spki->whole)};
}

}  // namespace callgate::trust
