#include "core/trust/chain_parts.h"

#include <utility>

#include "core/trust/pem.h"

namespace callgate::trust {
namespace {

// Base64 takes a third more than DER, and people write text between blocks.
constexpr std::size_t kMaxTextBytes = 2 * kMaxChainBytes;

ChainParts Refuse(TrustReason reason, std::string_view detail, std::size_t part = 0) {
  ChainParts parts;
  parts.refused = reason;
  parts.detail = detail;
  parts.part = part;
  return parts;
}

ChainParts TooMany() { return Refuse(TrustReason::kChainTooLong, "more than 8 certificates"); }
ChainParts TooLarge() { return Refuse(TrustReason::kChainTooLong, "more than 64 KiB"); }

std::size_t TotalSize(std::span<const std::string_view> texts) {
  std::size_t total = 0;
  for (const std::string_view text : texts) total += text.size();
  return total;
}

}  // namespace

ChainParts TakeApart(std::span<const std::string_view> chain) {
  if (chain.empty()) return Refuse(TrustReason::kNoChain, {});
  if (chain.size() > kMaxChainCertificates) return TooMany();
  if (TotalSize(chain) > kMaxTextBytes) return TooLarge();

  ChainParts parts;
  parts.decoded.reserve(kMaxChainCertificates);  // so that no view of one moves
  for (const std::string_view element : chain) {
    if (LooksLikeDer(element)) {
      parts.ders.push_back(element);
      continue;
    }
    PemCertificates pem = ReadPem(element);
    if (pem.refused) {
      return Refuse(TrustReason::kMalformed, TrustReasonMeaning(*pem.refused), parts.ders.size());
    }
    if (parts.decoded.size() + pem.ders.size() > kMaxChainCertificates) return TooMany();
    for (std::string& der : pem.ders) {
      parts.decoded.push_back(std::move(der));
      parts.ders.push_back(parts.decoded.back());
    }
  }
  if (parts.ders.size() > kMaxChainCertificates) return TooMany();
  if (TotalSize(parts.ders) > kMaxChainBytes) return TooLarge();
  return parts;
}

}  // namespace callgate::trust
