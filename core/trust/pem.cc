#include "core/trust/pem.h"

#include <utility>

#include "callgate/crypto.h"

namespace callgate::trust {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  const std::size_t last = line.find_last_not_of(" \t\r");
  return line.substr(0, last + 1);  // npos + 1 is 0
}

bool HoldsBoundary(std::string_view line) {
  return line.find("-----BEGIN") != std::string_view::npos ||
         line.find("-----END") != std::string_view::npos;
}

// The label of "-----BEGIN LABEL-----"; nullopt for any other line.
std::optional<std::string_view> LabelOf(std::string_view line, std::string_view start) {
  if (!line.starts_with(start) || !line.ends_with(kDashes) ||
      line.size() <= start.size() + kDashes.size()) {
    return std::nullopt;
  }
  return line.substr(start.size(), line.size() - start.size() - kDashes.size());
}

TrustReason RefusalOf(std::string_view label) {
  return label.ends_with("PRIVATE KEY") ? TrustReason::kPrivateKey : TrustReason::kUnexpectedBlock;
}

// What is between the boundaries, decoded; takes the end boundary.
std::optional<std::string> TakeBody(std::string_view& text) {
  std::string base64;
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    if (!line.starts_with('-')) {
      base64 += line;
      continue;
    }
    if (LabelOf(line, kEnd) != "CERTIFICATE" || base64.empty()) return std::nullopt;
    return Base64Decode(base64);
  }
  return std::nullopt;
}

}  // namespace

bool LooksLikeDer(std::string_view bytes) noexcept {
  // A SEQUENCE whose length has more than one byte, as that of every certificate.
  return bytes.size() > 2 && bytes[0] == '0' && (static_cast<unsigned char>(bytes[1]) & 0x80) != 0;
}

PemCertificates ReadPem(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  PemCertificates found;
  const auto refuse = [&](TrustReason reason) {
    return PemCertificates{{}, reason, found.ders.size() + 1};
  };
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    if (!HoldsBoundary(line)) continue;
    const std::optional<std::string_view> label = LabelOf(line, kBegin);
    if (!label) return refuse(TrustReason::kBadPem);
    if (*label != "CERTIFICATE") return refuse(RefusalOf(*label));
    std::optional<std::string> der = TakeBody(text);
    if (!der) return refuse(TrustReason::kBadPem);
    found.ders.push_back(std::move(*der));
  }
  if (found.ders.empty()) return PemCertificates{{}, TrustReason::kNoCertificate, 0};
  return found;
}

}  // namespace callgate::trust
