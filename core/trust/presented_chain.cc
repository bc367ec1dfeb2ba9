#include "core/trust/presented_chain.h"

#include <string>
#include <utility>

#include "core/trust/pem.h"

namespace callgate::trust {
namespace {

// Base64 takes a third more than DER, and people write text between blocks.
constexpr std::size_t kMaxTextBytes = 2 * kMaxChainBytes;

PresentedChain Refuse(TrustReason reason, std::string_view detail, Place place = {}) {
  PresentedChain chain;
  chain.refused = reason;
  chain.place = place;
  chain.detail = detail;
  return chain;
}

std::string_view DetailOf(TrustReason refused) {
  switch (refused) {
    case TrustReason::kPrivateKey:
      return "the text holds a private key";
    case TrustReason::kUnexpectedBlock:
      return "a PEM block is no CERTIFICATE";
    case TrustReason::kNoCertificate:
      return "the text holds no certificate";
    default:
      return "a PEM block is cut off, misspelt or not canonical base64";
  }
}

}  // namespace

PresentedChain ReadChain(std::span<const std::string_view> chain) {
  if (chain.empty()) return Refuse(TrustReason::kNoChain, {});
  if (chain.size() > kMaxChainCertificates) {
    return Refuse(TrustReason::kChainTooLong, "more than 8 certificates");
  }
  std::size_t total = 0;
  for (const std::string_view element : chain) total += element.size();
  if (total > kMaxTextBytes) return Refuse(TrustReason::kChainTooLong, "more than 64 KiB");

  std::vector<std::string> decoded;  // of PEM
  decoded.reserve(kMaxChainCertificates);
  std::vector<std::string_view> ders;
  ders.reserve(kMaxChainCertificates);
  for (const std::string_view element : chain) {
    if (LooksLikeDer(element)) {
      ders.push_back(element);
      continue;
    }
    PemCertificates pem = ReadPem(element);
    if (pem.refused) {
      return Refuse(TrustReason::kMalformed, DetailOf(*pem.refused), PlaceOf(ders.size()));
    }
    if (decoded.size() + pem.ders.size() > kMaxChainCertificates) {
      return Refuse(TrustReason::kChainTooLong, "more than 8 certificates");
    }
    for (std::string& der : pem.ders) {
      decoded.push_back(std::move(der));
      ders.push_back(decoded.back());
    }
  }
  if (ders.size() > kMaxChainCertificates) {
    return Refuse(TrustReason::kChainTooLong, "more than 8 certificates");
  }
  total = 0;
  for (const std::string_view der : ders) total += der.size();
  if (total > kMaxChainBytes) return Refuse(TrustReason::kChainTooLong, "more than 64 KiB");

  PresentedChain read;
  read.certificates.reserve(ders.size());
  for (const std::string_view der : ders) {
    std::optional<Certificate> certificate = Certificate::Parse(der);
    if (!certificate) {
      read.refused = TrustReason::kMalformed;
      read.place = PlaceOf(read.certificates.size());
      read.detail = "the certificate is not strictly encoded X.509, or bytes follow it";
      return read;
    }
    if (read.certificates.empty()) read.leaf_sha256 = Sha256(der);
    read.certificates.push_back(std::move(*certificate));
  }
  return read;
}

}  // namespace callgate::trust
