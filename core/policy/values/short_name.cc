#include "core/policy/values/short_name.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/hex.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kBase = 6;
constexpr std::size_t kHashedBase = 2;
constexpr std::size_t kHash = 4;
constexpr std::size_t kExtension = 3;

// The first characters of `text`.
std::string_view First(std::string_view text, std::size_t count) noexcept {
  std::size_t i = 0;
  while (i < text.size()) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (begins && count-- == 0) break;
    ++i;
  }
  return text.substr(0, i);
}

// What of a long name stands in a short one.
std::string Kept(std::string_view text, std::size_t count) {
  std::string kept;
  for (const char c : text) {
    if (c == '.' || c == ' ') continue;
    kept += std::string_view("+,;=[]").find(c) == std::string_view::npos ? c : '_';
  }
  return std::string(First(kept, count));
}

bool IsHash(std::string_view text) noexcept {
  return text.size() == kHash && std::all_of(text.begin(), text.end(), base::IsHexDigit);
}

}  // namespace

ShortNames::ShortNames(std::string_view name, bool open) {
  while (name.starts_with('.')) name.remove_prefix(1);
  const std::size_t dot = name.rfind('.');
  const bool has_extension = dot != std::string_view::npos;
  forms_[0] = {Kept(name.substr(0, dot), kBase),
               has_extension ? Kept(name.substr(dot + 1), kExtension) : "", open && !has_extension,
               open};
  forms_[1] = forms_[0];
  // The last dot may be one of what follows.
  if (open) forms_[1] = {Kept(name, kBase), "", true, true};
}

bool ShortNames::HasForm(const Form& form, std::string_view base,
                         std::string_view extension) noexcept {
  const bool ends = form.extension_open ? base::StartsWithIgnoringCase(extension, form.extension)
                                        : base::EqualsIgnoringCase(extension, form.extension);
  if (!ends) return false;
  if (form.base_open ? base::StartsWithIgnoringCase(base, form.base)
                     : base::EqualsIgnoringCase(base, form.base)) {
    return true;
  }
  const std::string_view hashed = First(form.base, kHashedBase);
  return base::StartsWithIgnoringCase(base, hashed) && IsHash(base.substr(hashed.size()));
}

bool ShortNames::Hold(std::string_view segment) const noexcept {
  const std::size_t tilde = segment.rfind('~');
  if (tilde == std::string_view::npos || tilde == 0) return false;
  const std::string_view base = segment.substr(0, tilde);
  std::string_view rest = segment.substr(tilde + 1);
  std::size_t digits = 0;
  while (digits < rest.size() && base::IsAsciiDigit(rest[digits])) ++digits;
  if (digits == 0) return false;
  rest.remove_prefix(digits);
  if (!rest.empty()) {
    if (rest.front() != '.') return false;
    rest.remove_prefix(1);
    if (rest.empty() || rest.find('.') != std::string_view::npos) return false;
  }
  return HasForm(forms_[0], base, rest) || HasForm(forms_[1], base, rest);
}

}  // namespace callgate::policy
