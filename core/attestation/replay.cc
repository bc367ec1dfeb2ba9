#include "core/attestation/replay.h"

#include <initializer_list>
#include <string>

namespace callgate::attestation {
namespace {

Sha256Digest DigestOf(std::string_view tag, std::initializer_list<std::string_view> parts) {
  std::string text(tag);
  for (const std::string_view part : parts) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      text += static_cast<char>(part.size() >> shift & 0xff);
    }
    text += part;
  }
  return Sha256(text);
}

}  // namespace

Sha256Digest IssuerBucket(std::string_view issuer) {
  return DigestOf("callgate.attestation.issuer", {issuer});
}
Sha256Digest TokenReplayKey(std::string_view issuer, std::string_view token_id) {
  return DigestOf("callgate.attestation.token", {issuer, token_id});
}
Sha256Digest ProofBucket(const Sha256Digest& thumbprint) {
  return DigestOf("callgate.attestation.key", {AsBytes(thumbprint)});
}
Sha256Digest ProofReplayKey(const Sha256Digest& thumbprint, std::string_view proof_id) {
  return DigestOf("callgate.attestation.proof", {AsBytes(thumbprint), proof_id});
}

}  // namespace callgate::attestation
