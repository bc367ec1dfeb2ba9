#include "core/policy/values/bare_host.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace callgate::policy {
namespace {

constexpr std::string_view kDigits = "0123456789";
// An address with a zone is shorter; no longer text is looked at, so that words take linear time.
constexpr std::size_t kMaxIpv6Text = 128;

bool IsOfIpv6(char c) noexcept {
  return base::IsAsciiLetter(c) || base::IsAsciiDigit(c) || c == ':' || c == '.' || c == '%' ||
         c == '_' || c == '-';
}

// The text of IPv6 that `text` begins with, nothing where it is too long.
std::string_view Ipv6Text(std::string_view text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && size <= kMaxIpv6Text && IsOfIpv6(text[size])) ++size;
  return size > kMaxIpv6Text ? std::string_view() : text.substr(0, size);
}

void SetIpv6(const Address& address, std::uint16_t port, Domain& out) noexcept {
  out.host_size = 0;
  out.address = address;
  out.default_port = 0;
  out.port = port;
}

// The port behind `rest`'s colon; 0 without one.
std::uint16_t PortOf(std::string_view rest) noexcept {
  if (!rest.starts_with(':')) return 0;
  rest.remove_prefix(1);
  return ParsePort(rest.substr(0, rest.find_first_not_of(kDigits)));
}

// `host` spells `number` and is more likely no address: a number below 2^24, which would be of
// 0.0.0.0/8; the greatest of 31 and of 32 bits, which as addresses are broadcasts; a fraction or
// version, which is below 100, unless a port or a slash follows it.
bool IsOrdinaryNumber(std::string_view host, std::uint64_t number, bool is_followed) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  const auto dots = std::count(host.begin(), host.end(), '.');
  if (dots == 3) return false;
  if (number < 1 << 24) return true;
  if (dots == 0) return number == 0x7FFF'FFFF || number == 0xFFFF'FFFF;
  const bool is_decimal =
      host.front() != '0' && host.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_decimal && number >> 24 < 100 && !is_followed;
}

bool ReadHostOrName(std::string_view text, Domain& out) noexcept {
  return ReadHost(text, out) && (out.address || IsHost(out.host()));
}

}  // namespace

bool ReadBareHost(std::string_view text, Domain& out) noexcept {
  text = UntilAuthorityEnds(text);
  if (text.find('@') != std::string_view::npos) return false;
  if (const auto address = ParseLooseIpv6(text)) {
    SetIpv6(*address, 0, out);
    return true;
  }
  return ReadHostOrName(text, out);
}

bool ReadHostOfPiece(const WordPiece& piece, Domain& out) noexcept {
  const std::string_view host = UntilAuthorityEnds(piece.text);
  if (!ReadHostOrName(host, out)) return false;
  const bool has_slash = host.size() != piece.text.size();
  out.port = has_slash ? 0 : PortOf(piece.rest.substr(host.size()));
  // By itself that is a file or directory, which many a project has.
  if (out.port == 0 && base::EqualsIgnoringCase(host, "metadata")) return false;
  return !out.address || out.address->family != Address::Family::kIpv4 ||
         !IsOrdinaryNumber(host, out.address->low, has_slash || out.port != 0);
}

bool ReadIpv6OfPiece(std::string_view word, const WordPiece& piece, Domain& out) noexcept {
  std::string_view text = piece.rest;
  const bool has_bracket = text.starts_with('[');
  if (has_bracket) {
    text.remove_prefix(1);
  } else if (text.data() != word.data() && text.data()[-1] == ':') {
    return false;
  }
  const std::string_view inside = Ipv6Text(text);
  const std::string_view after = text.substr(inside.size());
  if (has_bracket ? !after.starts_with(']')
                  : !after.empty() &&
                        std::string_view("/\\?#,=@").find(after[0]) == std::string_view::npos) {
    return false;
  }
  const auto address = ParseLooseIpv6(inside);
  if (!address) return false;
  SetIpv6(*address, has_bracket ? PortOf(after.substr(1)) : std::uint16_t{0}, out);
  return true;
}

}  // namespace callgate::policy
