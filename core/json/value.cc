#include <charconv>

#include "callgate/json.h"

namespace callgate::json {

std::optional<std::int64_t> Value::integer() const noexcept {
  if (!is_number()) return std::nullopt;
  const std::string_view digits = number();
  std::int64_t value;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<double> Value::number_as_double() const noexcept {
  if (!is_number()) return std::nullopt;
  const std::string_view digits = number();
  double value;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<Value> Value::Find(std::string_view key) const noexcept {
  if (!is_object()) return std::nullopt;
  // Most keys differ in their length already, which costs less than finding out which is the
  // lesser.
  for (const Member member : members()) {
    if (member.key == key) return member.value;
  }
  return std::nullopt;
}

}  // namespace callgate::json
