#include "core/trust/names.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace callgate::trust {
namespace {

constexpr std::size_t kMaxNameBytes = 255;

bool IsAlphanumeric(char c) noexcept { return base::IsAsciiLetter(c) || base::IsAsciiDigit(c); }

std::string Lower(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), base::ToAsciiLower);
  return name;
}

std::string Described(const std::string& name, bool is_bundle) {
  return (is_bundle ? "trust domain \"" : "entity \"") + name + '"';
}

}  // namespace

bool IsEntityName(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kMaxNameBytes && IsAlphanumeric(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return IsAlphanumeric(c) || c == '_' || c == '-'; });
}

bool Names::TakeEntity(const std::string& name, std::size_t source, std::string& holder) {
  const auto [entry, is_new] = by_name_.try_emplace(Lower(name), Holder{name, source, false});
  Holder& first = entry->second;
  if (is_new || (!first.is_bundle && first.name == name && first.source != source)) {
    first.source = source;
    return true;
  }
  holder = Described(first.name, first.is_bundle);
  return false;
}

bool Names::TakeTrustDomain(const std::string& name, std::size_t source, std::string& holder) {
  const auto [entry, is_new] = by_name_.try_emplace(Lower(name), Holder{name, source, true});
  if (is_new) return true;
  holder = Described(entry->second.name, entry->second.is_bundle);
  return false;
}

bool Names::TakeKey(const Sha256Digest& spki_sha256, const std::string& name, std::string& holder) {
  const auto [entry, is_new] = by_key_.try_emplace(spki_sha256, name);
  if (is_new || entry->second == name) return true;
  holder = '"' + entry->second + '"';
  return false;
}

}  // namespace callgate::trust
