#include "core/trust/presented_chain.h"

#include <utility>

#include "core/trust/chain_parts.h"

namespace callgate::trust {
namespace {

PresentedChain Refuse(PresentedChain chain, TrustReason reason, Place place,
                      std::string_view detail) {
  chain.refused = reason;
  chain.place = place;
  chain.detail = detail;
  return chain;
}

// Whether a view stays valid while the caller's chain does.
bool IsOfCaller(const ChainParts& parts, std::string_view der) {
  for (const std::string& decoded : parts.decoded) {
    if (decoded.data() == der.data()) return false;
  }
  return true;
}

}  // namespace

std::optional<Certificate> KnownCertificates::Read(std::string_view der,
                                                   const CertificateFields& fields) {
  constexpr std::size_t kMost = 256;
  const auto found = read_.find(der);
  if (found != read_.end()) return found->second;
  std::optional<Certificate> certificate = Certificate::Parse(der, fields);
  if (certificate && read_.size() < kMost) read_.emplace(der, *certificate);
  return certificate;
}

PresentedChain ReadChain(std::span<const std::string_view> chain, const DigestSet& revoked,
                         KnownCertificates* known) {
  const ChainParts parts = TakeApart(chain);
  PresentedChain read;
  if (parts.refused) {
    const bool has_place = *parts.refused == TrustReason::kMalformed;
    return Refuse(std::move(read), *parts.refused, has_place ? PlaceOf(parts.part) : Place{},
                  parts.detail);
  }
  std::vector<CertificateFields> fields;
  fields.reserve(parts.ders.size());
  for (const std::string_view der : parts.ders) {
    const std::optional<CertificateFields> of = ReadFields(der);
    if (!of) {
      return Refuse(std::move(read), TrustReason::kMalformed, PlaceOf(fields.size()), {});
    }
    if (fields.empty()) read.leaf_sha256 = Sha256(der);
    fields.push_back(*of);
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (revoked.contains(fields[i].spki_sha256)) {
      return Refuse(std::move(read), TrustReason::kRevoked, PlaceOf(i), {});
    }
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].key_fault.empty()) {
      return Refuse(std::move(read), TrustReason::kKeyEncoding, PlaceOf(i), fields[i].key_fault);
    }
  }
  read.certificates.reserve(parts.ders.size());
  for (std::size_t i = 0; i < parts.ders.size(); ++i) {
    const std::string_view der = parts.ders[i];
    const bool remembers = known != nullptr && i > 0 && IsOfCaller(parts, der);
    std::optional<Certificate> certificate =
        remembers ? known->Read(der, fields[i]) : Certificate::Parse(der, fields[i]);
    if (!certificate) {
      return Refuse(std::move(read), TrustReason::kMalformed, PlaceOf(i), {});
    }
    read.certificates.push_back(std::move(*certificate));
  }
  return read;
}

}  // namespace callgate::trust
