#include "core/trust/der.h"

#include <array>
#include <cstddef>

namespace callgate::trust {
namespace {

constexpr std::uint8_t kConstructed = 0x20;
constexpr std::uint8_t kClassBits = 0xC0;
constexpr std::uint8_t kNumberBits = 0x1F;
constexpr std::size_t kDeepest = 32;

enum UniversalTag : std::uint8_t {
  kBoolean = 1,
  kInteger = 2,
  kBitString = 3,
  kNull = 5,
  kObjectIdentifier = 6,
  kEnumerated = 10,
  kSequence = 16,
  kSet = 17,
};

std::uint8_t Octet(std::string_view bytes, std::size_t index) noexcept {
  return static_cast<std::uint8_t>(bytes[index]);
}

bool IsMinimalInteger(std::string_view content) noexcept {
  if (content.empty()) return false;
  if (content.size() == 1) return true;
  const bool high_bit = (Octet(content, 1) & 0x80) != 0;
  return Octet(content, 0) != (high_bit ? 0xFF : 0x00);
}

bool IsBitString(std::string_view content) noexcept {
  if (content.empty()) return false;
  const unsigned unused = Octet(content, 0);
  if (content.size() == 1) return unused == 0;
  const unsigned last = Octet(content, content.size() - 1);
  return unused <= 7 && (last & ((1U << unused) - 1)) == 0;
}

bool IsObjectIdentifier(std::string_view content) noexcept {
  if (content.empty() || (Octet(content, content.size() - 1) & 0x80) != 0) return false;
  bool first = true;  // of the bytes of one arc
  for (const char byte : content) {
    if (first && static_cast<std::uint8_t>(byte) == 0x80) return false;
    first = (static_cast<std::uint8_t>(byte) & 0x80) == 0;
  }
  return true;
}

// Of an element of class universal that is not constructed.
bool IsPrimitive(std::uint8_t number, std::string_view content) noexcept {
  switch (number) {
    case 0:  // end of contents: of indefinite lengths only
    case kSequence:
    case kSet:
      return false;
    case kBoolean:
      return content.size() == 1 && (content[0] == '\x00' || content[0] == '\xFF');
    case kInteger:
    case kEnumerated:
      return IsMinimalInteger(content);
    case kBitString:
      return IsBitString(content);
    case kNull:
      return content.empty();
    case kObjectIdentifier:
      return IsObjectIdentifier(content);
    default:
      return true;
  }
}

bool IsWellFormed(const DerElement& element) noexcept {
  if ((element.tag & kClassBits) != 0) return true;
  const std::uint8_t number = element.tag & kNumberBits;
  if ((element.tag & kConstructed) != 0) return number == kSequence || number == kSet;
  return IsPrimitive(number, element.content);
}

}  // namespace

std::optional<DerElement> TakeDerElement(std::string_view& bytes) noexcept {
  if (bytes.size() < 2) return std::nullopt;
  const std::uint8_t tag = Octet(bytes, 0);
  if ((tag & kNumberBits) == kNumberBits) return std::nullopt;
  std::size_t length = Octet(bytes, 1);
  std::size_t head = 2;
  if (length >= 0x80) {
    const std::size_t digits = length & 0x7F;
    if (digits == 0 || digits > 4 || bytes.size() < head + digits) return std::nullopt;
    length = 0;
    for (; head < 2 + digits; ++head) length = length << 8 | Octet(bytes, head);
    const std::size_t least = digits == 1 ? 0x80 : std::size_t{1} << (8 * (digits - 1));
    if (length < least) return std::nullopt;
  }
  if (length > bytes.size() - head) return std::nullopt;
  const DerElement element{tag, bytes.substr(0, head + length), bytes.substr(head, length)};
  bytes.remove_prefix(element.whole.size());
  return element;
}

bool IsStrictDer(std::string_view bytes) noexcept {
  std::array<std::string_view, kDeepest> outer;  // what is left of each element that is open
  std::size_t depth = 0;
  const std::optional<DerElement> whole = TakeDerElement(bytes);
  if (!whole || !bytes.empty() || !IsWellFormed(*whole)) return false;
  if ((whole->tag & kConstructed) == 0) return true;
  std::string_view left = whole->content;
  while (true) {
    if (left.empty()) {
      if (depth == 0) return true;
      left = outer[--depth];
      continue;
    }
    const std::optional<DerElement> element = TakeDerElement(left);
    if (!element || !IsWellFormed(*element)) return false;
    if ((element->tag & kConstructed) == 0) continue;
    if (depth == kDeepest) return false;
    outer[depth++] = left;
    left = element->content;
  }
}

}  // namespace callgate::trust
