#include "core/trust/key_encoding.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/trust/der.h"

namespace callgate::trust {
namespace {

using namespace std::string_view_literals;

// Object identifiers, without tag and length.
constexpr std::string_view kRsaEncryption = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"sv;
constexpr std::string_view kRsassaPss = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A"sv;
constexpr std::string_view kEcPublicKey = "\x2A\x86\x48\xCE\x3D\x02\x01"sv;
constexpr std::string_view kEd25519 = "\x2B\x65\x70"sv;

constexpr std::string_view kNull = "\x05\x00"sv;
constexpr char kUncompressed = '\x04';

// One positive INTEGER. libcrypto reads a negative one as if it had a zero in front.
bool TakePositive(std::string_view& bytes) noexcept {
  const std::optional<DerElement> element = TakeDerElement(bytes);
  return element && element->tag == kDerInteger && IsStrictDer(element->whole) &&
         (static_cast<std::uint8_t>(element->content.front()) & 0x80) == 0;
}

std::string_view RsaFault(std::string_view parameters, std::string_view key) noexcept {
  if (parameters != kNull) return "the parameters of an RSA key are not NULL";
  const std::optional<DerElement> whole = TakeDerElement(key);
  std::string_view numbers = whole ? whole->content : std::string_view();
  const bool canonical = whole && whole->tag == kDerSequence && key.empty() &&
                         TakePositive(numbers) && TakePositive(numbers) && numbers.empty();
  return canonical ? std::string_view() : "an RSA key is not two positive integers in DER";
}

std::string_view EcFault(std::string_view parameters, std::string_view key) noexcept {
  const std::optional<DerElement> curve = TakeDerElement(parameters);
  if (!curve || curve->tag != kDerObjectIdentifier || !parameters.empty()) {
    return "the curve of an EC key is not named";
  }
  const bool uncompressed = !key.empty() && key.front() == kUncompressed;
  return uncompressed ? std::string_view() : "the point of an EC key is not uncompressed";
}

// RFC 8032, 5.1.3: y is less than 2^255 - 19. libcrypto takes the others too, modulo that.
bool IsReduced(std::string_view key) noexcept {
  constexpr std::size_t kSize = 32;
  if (key.size() != kSize) return false;
  const std::string_view middle = key.substr(1, kSize - 2);
  const bool high = (static_cast<std::uint8_t>(key.back()) & 0x7F) == 0x7F &&
                    std::all_of(middle.begin(), middle.end(), [](char c) { return c == '\xFF'; });
  return !high || static_cast<std::uint8_t>(key.front()) < 0xED;
}

std::string_view Ed25519Fault(std::string_view parameters, std::string_view key) noexcept {
  if (!parameters.empty()) return "an Ed25519 key has parameters";
  return IsReduced(key) ? std::string_view() : "an Ed25519 key is not reduced";
}

}  // namespace

std::string_view KeyEncodingFault(std::string_view spki) noexcept {
  constexpr std::string_view kNoKey = "there is no key";
  const std::optional<DerElement> whole = TakeDerElement(spki);
  if (!whole || whole->tag != kDerSequence) return kNoKey;
  std::string_view parts = whole->content;
  const std::optional<DerElement> algorithm = TakeDerElement(parts);
  const std::optional<DerElement> bits = algorithm ? TakeDerElement(parts) : std::nullopt;
  if (!bits || !parts.empty() || algorithm->tag != kDerSequence || bits->tag != kDerBitString) {
    return kNoKey;
  }
  std::string_view parameters = algorithm->content;
  const std::optional<DerElement> kind = TakeDerElement(parameters);
  if (!kind || kind->tag != kDerObjectIdentifier) return kNoKey;
  // The first octet counts the unused bits. A key has none.
  if (bits->content.front() != '\0') return "a key has unused bits";
  const std::string_view key = bits->content.substr(1);
  if (kind->content == kRsaEncryption) return RsaFault(parameters, key);
  if (kind->content == kRsassaPss) return "an RSA key is bound to RSASSA-PSS";
  if (kind->content == kEcPublicKey) return EcFault(parameters, key);
  if (kind->content == kEd25519) return Ed25519Fault(parameters, key);
  return {};
}

}  // namespace callgate::trust
