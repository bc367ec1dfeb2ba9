#include "core/policy/values/domain.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/hex.h"
#include "core/policy/values/text.h"

namespace callgate::policy {
namespace {

constexpr std::size_t kMaxLabel = 63;

// The rule that refuses the host; empty when it is one.
std::string_view JudgeHost(std::string_view host) noexcept {
  if (host.empty()) return "domain.empty-host";
  if (host.size() > kMaxHost) return "domain.host-length";
  std::size_t label = 0;
  for (std::size_t i = 0; i <= host.size(); ++i) {
    if (i == host.size() || host[i] == '.') {
      if (i == label || i - label > kMaxLabel) return "domain.host-label";
      label = i + 1;
      continue;
    }
    const char c = host[i];
    if (base::IsAsciiLetter(c) || base::IsAsciiDigit(c) || c == '-' || c == '_') continue;
    if (c == '@') return "domain.userinfo";
    if (c == '%' || static_cast<unsigned char>(c) >= 0x80) return "domain.authority";
    return "domain.host-label";
  }
  if (EndsInNumber(host) && !ParseQuad(host)) return "domain.host-numeric";
  return {};
}

void SetName(std::string_view host, Domain& out) noexcept {
  for (std::size_t i = 0; i < host.size(); ++i) out.host_bytes[i] = base::ToAsciiLower(host[i]);
  out.host_size = static_cast<std::uint8_t>(host.size());
  out.address.reset();
}

void SetAddress(const Address& address, Domain& out) noexcept {
  out.host_size = 0;
  out.address = address;
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
  if (base::EqualsIgnoringCase(scheme, "https") || base::EqualsIgnoringCase(scheme, "wss")) {
    return 443;
  }
  if (base::EqualsIgnoringCase(scheme, "http") || base::EqualsIgnoringCase(scheme, "ws")) return 80;
  return 0;
}

std::string_view JudgeCharacters(std::string_view value) noexcept {
  if (HoldsUnusual(value) && (value.find('\\') != std::string_view::npos || HoldsControl(value) ||
                              HoldsWhiteSpace(value))) {
    return "domain.anywhere";
  }
  return {};
}

// REQUIRES: `rest` is what follows the host, a colon first where there is a port.
std::string_view JudgePort(std::string_view rest, Domain& out) noexcept {
  out.port = out.default_port;
  if (rest.empty()) return {};
  out.port = rest.front() == ':' ? ParsePort(rest.substr(1)) : std::uint16_t{0};
  return out.port == 0 ? "domain.port" : std::string_view{};
}

// REQUIRES: out.default_port is set.
std::string_view JudgeAuthority(std::string_view authority, Domain& out) noexcept {
  // What is left of a colon in user-info is no port: say which it is.
  if (authority.find('@') != std::string_view::npos) return "domain.userinfo";
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return "domain.ipv6";
    const std::optional<Address> address = ParseCanonicalIpv6(authority.substr(1, end - 1));
    if (!address) return "domain.ipv6";
    SetAddress(*address, out);
    return JudgePort(authority.substr(end + 1), out);
  }
  std::string_view host = authority.substr(0, authority.find(':'));
  if (const std::string_view rule = JudgePort(authority.substr(host.size()), out); !rule.empty()) {
    return rule;
  }
  if (host.ends_with('.')) {
    host.remove_suffix(1);
    if (EndsInNumber(host)) return "domain.host-numeric";
  }
  if (const std::string_view rule = JudgeHost(host); !rule.empty()) return rule;
  if (const std::optional<Address> quad = ParseQuad(host)) {
    SetAddress(*quad, out);
  } else {
    SetName(host, out);
  }
  return {};
}

// The URL whose scheme ends before `scheme`.
std::string_view JudgeUrl(std::string_view value, std::size_t scheme, Domain& out) noexcept {
  out.default_port = DefaultPort(value.substr(0, scheme));
  if (out.default_port == 0) return "domain.url-scheme";
  const std::string_view authority = value.substr(scheme + 3);
  return JudgeAuthority(authority.substr(0, AuthorityLength(authority)), out);
}

// The size of the scheme of a URL, before `://`; 0 without one.
std::size_t UrlSchemeLength(std::string_view value) noexcept {
  const std::size_t scheme = SchemeLength(value);
  return scheme != 0 && value.substr(scheme + 1).starts_with("//") ? scheme : 0;
}

// The characters of an authority, as they come, with what user-info and escapes hide undone.
class AuthorityReader {
 public:
  void Take(char c) noexcept {
    if (c == '@') {
      size_ = 0;
      overflows_ = false;
      return;
    }
    if (size_ == bytes_.size()) {
      overflows_ = true;
      return;
    }
    bytes_[size_++] = c;
    if (size_ >= 3 && bytes_[size_ - 3] == '%' && base::IsHexDigit(bytes_[size_ - 2]) &&
        base::IsHexDigit(c)) {
      const unsigned byte = base::HexDigitValue(bytes_[size_ - 2]) << 4 | base::HexDigitValue(c);
      size_ -= 2;
      bytes_[size_ - 1] = static_cast<char>(byte);
    }
  }

  // False where no host is left.
  bool Finish(Domain& out) noexcept {
    if (overflows_) return false;
    std::string_view text(bytes_.data(), size_);
    if (text.starts_with('[')) {
      const std::size_t end = text.find(']');
      if (end == std::string_view::npos) return false;
      const std::optional<Address> address = ParseLooseIpv6(text.substr(1, end - 1));
      if (!address) return false;
      SetAddress(*address, out);
      SetPort(text.substr(end + 1), out);
      return true;
    }
    std::string_view host = text.substr(0, text.find(':'));
    SetPort(text.substr(host.size()), out);
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.empty() || host.size() > kMaxHost) return false;
    if (!EndsInNumber(host)) {
      SetName(host, out);
      return true;
    }
    const std::optional<Address> address = ParseLooseIpv4(host);
    if (!address) return false;
    SetAddress(*address, out);
    return true;
  }

 private:
  // With zeros before it, or none at all, as URL parsers take it.
  static void SetPort(std::string_view rest, Domain& out) noexcept {
    out.port = out.default_port;
    if (!rest.starts_with(':')) return;
    rest.remove_prefix(1);
    while (rest.starts_with('0')) rest.remove_prefix(1);
    if (!rest.empty()) out.port = ParsePort(rest);
  }

  std::array<char, kMaxHost + 16> bytes_;  // room for a trailing dot and a port
  std::size_t size_ = 0;
  bool overflows_ = false;
};

}  // namespace

std::string_view ParseDomain(std::string_view value, Domain& out) noexcept {
  if (const std::string_view rule = JudgeCharacters(value); !rule.empty()) return rule;
  if (const std::size_t scheme = UrlSchemeLength(value); scheme != 0) {
    return JudgeUrl(value, scheme, out);
  }
  out.default_port = 0;
  return JudgeAuthority(value, out);
}

std::string_view ParseUrl(std::string_view value, const std::vector<std::string>& schemes,
                          Domain& out) noexcept {
  if (const std::string_view rule = JudgeCharacters(value); !rule.empty()) return rule;
  const std::size_t scheme = UrlSchemeLength(value);
  if (scheme == 0) return "kind.url-absolute";
  const bool listed = std::any_of(schemes.begin(), schemes.end(), [&](std::string_view name) {
    return base::EqualsIgnoringCase(value.substr(0, scheme), name);
  });
  if (!listed) return "kind.url-scheme";
  return JudgeUrl(value, scheme, out);
}

std::string_view ParseBareHost(std::string_view value, Domain& out) noexcept {
  if (const std::string_view rule = JudgeCharacters(value); !rule.empty()) return rule;
  if (UrlSchemeLength(value) != 0) return "kind.host-bare";
  out.default_port = 0;
  return JudgeAuthority(value, out);
}

bool ReadHost(std::string_view value, Domain& out) noexcept {
  UrlReader reader(value);
  out.default_port = 0;
  for (const std::string_view name : {"http", "https", "ws", "wss", "ftp"}) {
    if (!reader.TakeScheme(name)) continue;
    out.default_port = DefaultPort(name);
    break;
  }
  if (out.default_port == 0) {
    UrlReader ahead = reader;  // `host:port` begins like a scheme
    if (ahead.TakeAnyScheme() && ahead.TakeIf('/') && ahead.TakeIf('/')) reader = ahead;
  }
  while (reader.TakeIf('/')) {
  }
  AuthorityReader authority;
  char c = 0;
  while (reader.Take(c) && c != '/' && c != '?' && c != '#') authority.Take(c);
  return authority.Finish(out);
}

bool ReadNumber(double number, Domain& out) noexcept {
  constexpr double kMost = 4294967295.0;
  if (!(number >= 0 && number <= kMost)) return false;
  const auto address = static_cast<std::uint32_t>(number);
  if (static_cast<double>(address) != number) return false;
  out.default_port = 0;
  out.port = 0;
  SetAddress(Address::OfIpv4(address), out);
  return true;
}

bool IsHost(std::string_view text) noexcept { return JudgeHost(text).empty(); }

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
  UrlReader reader(value);
  if (UrlReader(reader).TakeScheme("http") || UrlReader(reader).TakeScheme("https")) return true;
  (void)reader.TakeAnyScheme();
  return reader.TakeIf('/') && reader.TakeIf('/');
}

}  // namespace callgate::policy
