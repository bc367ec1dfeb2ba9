#include "core/policy/lint/public_suffix.h"

#include <algorithm>
#include <array>

namespace callgate::policy {
namespace {

// Codes are separated by spaces.
bool HoldsCode(std::string_view codes, std::string_view code) noexcept {
  for (std::size_t i = 0; i + code.size() <= codes.size(); i += 3) {
    if (code.size() == 2 && codes.substr(i, 2) == code) return true;
  }
  return false;
}

struct Label {
  std::string_view label;
  std::string_view countries;
};

#define COUNTRIES(label, codes)
#define EVERY(codes)
#define HOSTED(name)
#define RESERVED(name)

#undef COUNTRIES
#define COUNTRIES(label, codes) Label{label, codes},
constexpr auto kLabels = std::to_array<Label>({
#include "core/policy/lint/public_suffixes.inc"
});
#undef COUNTRIES
#define COUNTRIES(label, codes)

#undef EVERY
#define EVERY(codes) codes
constexpr std::string_view kEvery =
#include "core/policy/lint/public_suffixes.inc"
    ;
#undef EVERY
#define EVERY(codes)

#undef HOSTED
#define HOSTED(name) name,
constexpr auto kHosted = std::to_array<std::string_view>({
#include "core/policy/lint/public_suffixes.inc"
});
#undef HOSTED
#define HOSTED(name)

#undef RESERVED
#define RESERVED(name) name,
constexpr auto kReserved = std::to_array<std::string_view>({
#include "core/policy/lint/public_suffixes.inc"
});

bool IsOrIsBelow(std::string_view name, std::string_view host) noexcept {
  return name.ends_with(host) &&
         (name.size() == host.size() || name[name.size() - host.size() - 1] == '.');
}

}  // namespace

bool IsOpenToAnyone(std::string_view host) {
  if (std::ranges::any_of(kHosted,
                          [&](std::string_view name) { return IsOrIsBelow(name, host); })) {
    return true;
  }
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos) {
    return std::ranges::find(kReserved, host) == kReserved.end();
  }
  const std::string_view label = host.substr(0, dot);
  const std::string_view country = host.substr(dot + 1);
  if (label.find('.') != std::string_view::npos) return false;
  if (HoldsCode(kEvery, country)) return true;
  return std::ranges::any_of(kLabels, [&](const Label& known) {
    return known.label == label && HoldsCode(known.countries, country);
  });
}

}  // namespace callgate::policy
