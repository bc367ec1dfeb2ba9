#include "core/policy/values/address.h"

#include "core/base/ascii.h"
#include "core/base/hex.h"

namespace callgate::policy {
namespace {

constexpr std::uint64_t kAllBits = ~std::uint64_t{0};
constexpr std::size_t kGroups = 8;

using Groups = std::array<std::uint16_t, kGroups>;

Address OfGroups(const Groups& groups) noexcept {
  Address address{Address::Family::kIpv6, 0, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    address.high = address.high << 16 | groups[i];
    address.low = address.low << 16 | groups[i + 4];
  }
  return address;
}

Groups GroupsOf(const Address& address) noexcept {
  Groups groups;
  for (std::size_t i = 0; i < kGroups; ++i) {
    const std::uint64_t half = i < 4 ? address.high : address.low;
    groups[i] = static_cast<std::uint16_t>(half >> (48 - 16 * (i % 4)));
  }
  return groups;
}

// Takes what is before the next `separator`, or all, from `rest`; false behind the last one.
bool TakePart(std::string_view& rest, bool& more, char separator, std::string_view& part) noexcept {
  if (!more) return false;
  const std::size_t at = rest.find(separator);
  part = rest.substr(0, at);
  more = at != std::string_view::npos;
  rest = more ? rest.substr(at + 1) : std::string_view{};
  return true;
}

// The number of one part of a loose address; nullopt for no number. Saturates, so that what fits no
// address still is one.
std::optional<std::uint64_t> ParseLooseNumber(std::string_view text) noexcept {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
  if (text.empty()) return std::nullopt;
  unsigned radix = 10;
  if (base::StartsWithIgnoringCase(text, "0x")) {
    radix = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    radix = 8;
  }
  std::uint64_t number = 0;
  for (const char c : text) {
    if (!base::IsHexDigit(c)) return std::nullopt;
    const unsigned digit = base::HexDigitValue(c);
    if (digit >= radix) return std::nullopt;
    number = number * radix + digit;
    if (number > kMost) number = kMost;
  }
  return number;
}

// One group of one to four digits; as RFC 5952 writes it where `canonical`.
bool ParseGroup(std::string_view text, bool canonical, std::uint16_t& group) noexcept {
  if (text.empty() || text.size() > 4) return false;
  if (canonical && text.size() > 1 && text.front() == '0') return false;
  unsigned number = 0;
  for (const char c : text) {
    if (!base::IsHexDigit(c) || (canonical && base::IsAsciiUpper(c))) return false;
    number = number * 16 + base::HexDigitValue(c);
  }
  group = static_cast<std::uint16_t>(number);
  return true;
}

// The groups that stand on one side of `::`. The last may be a quad, which counts for two; -1 for
// what are no groups.
int ParseGroups(std::string_view text, bool canonical, bool may_end_in_quad,
                Groups& groups) noexcept {
  std::size_t count = 0;
  bool more = !text.empty();
  std::string_view part;
  while (TakePart(text, more, ':', part)) {
    if (count == kGroups) return -1;
    if (!more && may_end_in_quad && !canonical && part.find('.') != std::string_view::npos) {
      const std::optional<Address> quad = ParseQuad(part);
      if (!quad || count > kGroups - 2) return -1;
      groups[count++] = static_cast<std::uint16_t>(quad->low >> 16);
      groups[count++] = static_cast<std::uint16_t>(quad->low);
      continue;
    }
    if (!ParseGroup(part, canonical, groups[count])) return -1;
    ++count;
  }
  return static_cast<int>(count);
}

std::optional<Address> ParseIpv6(std::string_view text, bool canonical) noexcept {
  Groups groups{};
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    if (ParseGroups(text, canonical, true, groups) != int{kGroups}) return std::nullopt;
    return OfGroups(groups);
  }
  Groups after{};
  const std::string_view rest = text.substr(gap + 2);
  const int before_count = ParseGroups(text.substr(0, gap), canonical, false, groups);
  const int after_count = ParseGroups(rest, canonical, true, after);
  if (before_count < 0 || after_count < 0 || before_count + after_count >= int{kGroups}) {
    return std::nullopt;
  }
  for (int i = 0; i < after_count; ++i) {
    groups[kGroups - static_cast<std::size_t>(after_count - i)] =
        after[static_cast<std::size_t>(i)];
  }
  return OfGroups(groups);
}

// Where RFC 5952, section 4.2 puts `::`: the longest run of two or more groups of zero, of equal
// ones the first. {8, 0} without such a run.
struct Run {
  std::size_t at = kGroups;
  std::size_t size = 0;
};
Run LongestZeros(const Groups& groups) noexcept {
  Run longest;
  for (std::size_t i = 0; i < kGroups;) {
    std::size_t end = i;
    while (end < kGroups && groups[end] == 0) ++end;
    if (end - i > longest.size && end - i > 1) longest = {i, end - i};
    i = end + 1;
  }
  return longest;
}

// `text` parses to `groups` and has no needless digits: whether its `::` is where it belongs.
bool IsShortest(std::string_view text, const Groups& groups) noexcept {
  const std::size_t gap = text.find("::");
  const Run zeros = LongestZeros(groups);
  if (gap == std::string_view::npos) return zeros.size == 0;
  std::size_t before = gap == 0 ? 0 : 1;
  std::size_t after = gap + 2 == text.size() ? 0 : 1;
  for (std::size_t i = 0; i < gap; ++i) before += text[i] == ':' ? 1 : 0;
  for (std::size_t i = gap + 2; i < text.size(); ++i) after += text[i] == ':' ? 1 : 0;
  return zeros.at == before && zeros.size == kGroups - before - after;
}

// As RFC 5952 writes it, whatever it stands for.
std::optional<Address> ParseShortestIpv6(std::string_view text) noexcept {
  const std::optional<Address> address = ParseIpv6(text, true);
  if (!address || !IsShortest(text, GroupsOf(*address))) return std::nullopt;
  return address;
}

constexpr Address OfIpv6(std::uint64_t high, std::uint64_t low) noexcept {
  return {Address::Family::kIpv6, high, low};
}

constexpr std::uint64_t kMapped = 0x0000'FFFF'0000'0000;  // the low half of ::ffff:0:0/96
// The low half of ::ffff:0:0:0/96.
constexpr std::uint64_t kTranslated = 0xFFFF'0000'0000'0000;
constexpr std::uint64_t kNat64 = 0x0064'FF9B'0000'0000;  // the high half of 64:ff9b::/96
constexpr std::uint64_t k6to4 = 0x2002'0000'0000'0000;   // the high half of 2002::/16

}  // namespace

AddressBlock BlockAround(const Address& address, unsigned bits) noexcept {
  if (address.family == Address::Family::kIpv4) bits += 96;
  const std::uint64_t high = bits >= 64 ? 0 : kAllBits >> bits;
  const std::uint64_t low = bits >= 128 ? 0 : bits <= 64 ? kAllBits : kAllBits >> (bits - 64);
  AddressBlock block{address, address};
  block.first.high &= ~high;
  block.first.low &= ~low;
  block.last.high |= high;
  block.last.low |= low;
  return block;
}

std::optional<Address> ParseQuad(std::string_view text) noexcept {
  std::uint32_t number = 0;
  int parts = 0;
  bool more = true;
  std::string_view part;
  while (TakePart(text, more, '.', part)) {
    if (++parts > 4 || part.empty() || part.size() > 3) return std::nullopt;
    if (part.size() > 1 && part.front() == '0') return std::nullopt;
    unsigned byte = 0;
    for (const char c : part) {
      if (!base::IsAsciiDigit(c)) return std::nullopt;
      byte = byte * 10 + static_cast<unsigned>(c - '0');
    }
    if (byte > 255) return std::nullopt;
    number = number << 8 | byte;
  }
  if (parts != 4) return std::nullopt;
  return Address::OfIpv4(number);
}

std::optional<Address> ParseCanonicalIpv6(std::string_view text) noexcept {
  const std::optional<Address> address = ParseShortestIpv6(text);
  if (!address || EmbeddedIpv4(*address)) return std::nullopt;
  return address;
}

std::optional<AddressBlock> ParseBlock(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(slash + 1);
  if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits.front() == '0')) {
    return std::nullopt;
  }
  unsigned bits = 0;
  for (const char c : digits) {
    if (!base::IsAsciiDigit(c)) return std::nullopt;
    bits = bits * 10 + static_cast<unsigned>(c - '0');
  }
  std::optional<Address> address = ParseQuad(text.substr(0, slash));
  if (!address) address = ParseShortestIpv6(text.substr(0, slash));
  if (!address || bits > (address->family == Address::Family::kIpv4 ? 32u : 128u)) {
    return std::nullopt;
  }
  const AddressBlock block = BlockAround(*address, bits);
  if (block.first != *address) return std::nullopt;
  return block;
}

std::optional<Address> ParseLooseIpv4(std::string_view text) noexcept {
  std::uint64_t number = 0;
  int parts = 0;
  bool more = true;
  std::string_view part;
  while (TakePart(text, more, '.', part)) {
    if (++parts > 4) return std::nullopt;
    const std::optional<std::uint64_t> value = ParseLooseNumber(part);
    const int bytes = more ? 1 : 5 - parts;
    if (!value || *value >> (8 * bytes) != 0) return std::nullopt;
    number = number << (8 * bytes) | *value;
  }
  return Address::OfIpv4(static_cast<std::uint32_t>(number));
}

std::optional<Address> ParseLooseIpv6(std::string_view text) noexcept {
  return ParseIpv6(text.substr(0, text.find('%')), false);
}

bool EndsInNumber(std::string_view host) noexcept {
  const std::string_view label = host.substr(host.rfind('.') + 1);
  if (label.empty()) return false;
  bool digits = true;
  for (const char c : label) digits = digits && base::IsAsciiDigit(c);
  return digits || ParseLooseNumber(label).has_value();
}

std::optional<Address> EmbeddedIpv4(const Address& address) noexcept {
  if (address.family == Address::Family::kIpv4) return std::nullopt;
  const auto low = static_cast<std::uint32_t>(address.low);
  const std::uint64_t upper = address.low & ~std::uint64_t{0xFFFF'FFFF};
  if (address.high == 0 && (upper == kMapped || upper == kTranslated)) return Address::OfIpv4(low);
  // Not the unspecified address and the loopback one.
  if (address.high == 0 && upper == 0 && low > 1) return Address::OfIpv4(low);
  if (address.high == kNat64 && upper == 0) return Address::OfIpv4(low);
  if (address.high >> 48 == k6to4 >> 48) {
    return Address::OfIpv4(static_cast<std::uint32_t>(address.high >> 16));
  }
  return std::nullopt;
}

std::array<AddressBlock, 5> EmbeddingsOf(const AddressBlock& ipv4) noexcept {
  const std::uint64_t first = ipv4.first.low;
  const std::uint64_t last = ipv4.last.low;
  return {{{OfIpv6(0, first > 1 ? first : 2), OfIpv6(0, last)},
           {OfIpv6(0, kMapped | first), OfIpv6(0, kMapped | last)},
           {OfIpv6(0, kTranslated | first), OfIpv6(0, kTranslated | last)},
           {OfIpv6(kNat64, first), OfIpv6(kNat64, last)},
           {OfIpv6(k6to4 | first << 16, 0), OfIpv6(k6to4 | last << 16 | 0xFFFF, kAllBits)}}};
}

std::string TextOf(const Address& address) {
  std::string text;
  if (address.family == Address::Family::kIpv4) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      if (!text.empty()) text += '.';
      text += std::to_string(address.low >> shift & 0xFF);
    }
    return text;
  }
  const Groups groups = GroupsOf(address);
  const Run zeros = LongestZeros(groups);
  for (std::size_t i = 0; i < kGroups;) {
    if (i == zeros.at) {
      text += "::";
      i += zeros.size;
      continue;
    }
    if (i != 0 && !text.ends_with(':')) text += ':';
    bool digits = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
      const unsigned digit = static_cast<unsigned>(groups[i]) >> shift & 0xF;
      digits = digits || digit != 0 || shift == 0;
      if (digits) text += base::kHexDigits[digit];
    }
    ++i;
  }
  return text;
}

}  // namespace callgate::policy
