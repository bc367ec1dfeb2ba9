#include "core/policy/values/domain.h"

#include "core/base/ascii.h"
#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxLabel = 63;

// The rule that refuses the host; empty when it is one.
std::string_view JudgeHost(std::string_view host) noexcept {
  if (host.empty()) return "domain.empty-host";
  if (host.size() > kMaxHost) return "domain.host-length";
  bool numeric = true;  // the label so far
  std::size_t label = 0;
  for (std::size_t i = 0; i <= host.size(); ++i) {
    if (i == host.size() || host[i] == '.') {
      if (i == label || i - label > kMaxLabel) return "domain.host-label";
      if (i == host.size()) break;
      label = i + 1;
      numeric = true;
      continue;
    }
    const char c = host[i];
    if (base::IsAsciiDigit(c)) continue;
    if (!base::IsAsciiLetter(c) && c != '-' && c != '_') {
      if (c == '@') return "domain.userinfo";
      if (c == '%' || static_cast<unsigned char>(c) >= 0x80) return "domain.authority";
      return "domain.host-label";
    }
    numeric = false;
  }
  if (numeric && !IsDottedQuad(host)) return "domain.host-numeric";
  return {};
}

// True when some byte needs the closer look of HoldsControl and HoldsWhiteSpace, or is a backslash.
// A sum of bytes and no early end, so that the loop takes many bytes at a time.
bool HoldsUnusual(std::string_view value) noexcept {
  unsigned char unusual = 0;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    unusual |= (byte <= 0x20 || byte >= 0x7F || byte == '\\') ? 1 : 0;
  }
  return unusual != 0;
}

std::size_t AuthorityLength(std::string_view text) noexcept {
  std::size_t length = 0;
  while (length < text.size() && text[length] != '/' && text[length] != '?' &&
         text[length] != '#') {
    ++length;
  }
  return length;
}

std::uint16_t DefaultPort(std::string_view scheme) noexcept {
  const auto is = [scheme](std::string_view name) {
    return scheme.size() == name.size() && base::StartsWithIgnoringCase(scheme, name);
  };
  if (is("https") || is("wss")) return 443;
  if (is("http") || is("ws")) return 80;
  return 0;
}

}  // namespace

std::string_view ParseDomain(std::string_view value, Domain& out) noexcept {
  if (HoldsUnusual(value) && (value.find('\\') != std::string_view::npos || HoldsControl(value) ||
                              HoldsWhiteSpace(value))) {
    return "domain.anywhere";
  }
  out.default_port = 0;
  std::string_view authority = value;
  if (const std::size_t scheme = SchemeLength(value);
      scheme != 0 && value.substr(scheme + 1).starts_with("//")) {
    out.default_port = DefaultPort(value.substr(0, scheme));
    if (out.default_port == 0) return "domain.url-scheme";
    authority = value.substr(scheme + 3);
    authority = authority.substr(0, AuthorityLength(authority));
  }
  std::string_view host = authority.substr(0, authority.find(':'));
  out.port = out.default_port;
  if (host.size() != authority.size()) {
    // What is left of a colon in user-info is no port: say which it is.
    if (authority.find('@') != std::string_view::npos) return "domain.userinfo";
    if (host.starts_with('[')) return "domain.ipv6";
    out.port = ParsePort(authority.substr(host.size() + 1));
    if (out.port == 0) return "domain.port";
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  if (const std::string_view rule = JudgeHost(host); !rule.empty()) return rule;
  for (std::size_t i = 0; i < host.size(); ++i) out.host_bytes[i] = base::ToAsciiLower(host[i]);
  out.host_size = static_cast<std::uint8_t>(host.size());
  return {};
}

bool IsHost(std::string_view text) noexcept { return JudgeHost(text).empty(); }

bool IsDottedQuad(std::string_view text) noexcept {
  int parts = 0;
  while (true) {
    const std::string_view part = text.substr(0, text.find('.'));
    if (part.empty() || part.size() > 3 || (part.size() > 1 && part.front() == '0')) return false;
    int number = 0;
    for (const char c : part) {
      if (!base::IsAsciiDigit(c)) return false;
      number = number * 10 + (c - '0');
    }
    if (number > 255) return false;
    ++parts;
    if (part.size() == text.size()) return parts == 4;
    text.remove_prefix(part.size() + 1);
  }
}

std::uint16_t ParsePort(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || text.front() == '0') return 0;
  std::uint32_t number = 0;
  for (const char c : text) {
    if (!base::IsAsciiDigit(c)) return 0;
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return number <= 65535 ? static_cast<std::uint16_t>(number) : 0;
}

bool LooksLikeUrl(std::string_view value) noexcept {
  value = WithoutLeadingWhiteSpace(value);
  if (value.starts_with("//") || value.starts_with("\\\\")) return true;
  if (base::StartsWithIgnoringCase(value, "http:") ||
      base::StartsWithIgnoringCase(value, "https:")) {
    return true;
  }
  const std::size_t scheme = SchemeLength(value);
  return scheme != 0 && value.substr(scheme + 1).starts_with("//");
}

}  // namespace callgate::policy
