#include "core/ledger/keyed_digest.h"

#include <sodium.h>

#include <cstring>
#include <string>

namespace callgate::ledger {
namespace {

Digest SipHash(const DigestKey::Bytes& key, const void* data, std::size_t size) noexcept {
  static_assert(crypto_shorthash_siphashx24_BYTES == sizeof(Digest));
  static_assert(crypto_shorthash_siphashx24_KEYBYTES == sizeof(DigestKey::Bytes));
  unsigned char out[sizeof(Digest)];
  crypto_shorthash_siphashx24(out, static_cast<const unsigned char*>(data), size, key.data());
  Digest digest;
  std::memcpy(&digest, out, sizeof digest);
  return digest;
}

}  // namespace

DigestKey DigestKey::Random() {
  Bytes bytes;
  RandomBytes(bytes.data(), bytes.size());
  return DigestKey(bytes);
}

Digest DigestKey::OfEnvelope(const PublicKey& key, const Signature& signature) const noexcept {
  std::array<std::uint8_t, kPublicKeyBytes + kSignatureBytes> message;
  std::memcpy(message.data(), key.bytes().data(), kPublicKeyBytes);
  std::memcpy(message.data() + kPublicKeyBytes, signature.data(), kSignatureBytes);
  return SipHash(bytes_, message.data(), message.size());
}

Digest DigestKey::OfRoot(std::string_view root) const noexcept {
  return SipHash(bytes_, root.data(), root.size());
}

Digest DigestKey::OfWindow(std::string_view root, std::string_view context,
                           std::string_view tool_pattern, std::uint32_t nth) const {
  // Every part is preceded by its length, so that no two windows spell the same bytes.
  const std::uint32_t lengths[] = {static_cast<std::uint32_t>(root.size()),
                                   static_cast<std::uint32_t>(context.size()),
                                   static_cast<std::uint32_t>(tool_pattern.size()), nth};
  const std::size_t size = sizeof lengths + root.size() + context.size() + tool_pattern.size();
  const auto fill = [&](char* out) {
    std::memcpy(out, lengths, sizeof lengths);
    out += sizeof lengths;
    for (const std::string_view part : {root, context, tool_pattern}) {
      if (!part.empty()) std::memcpy(out, part.data(), part.size());
      out += part.size();
    }
  };
  char on_stack[512];
  if (size <= sizeof on_stack) {
    fill(on_stack);
    return SipHash(bytes_, on_stack, size);
  }
  std::string on_heap(size, '\0');
  fill(on_heap.data());
  return SipHash(bytes_, on_heap.data(), size);
}

Digest DigestKey::OfSha256(const Sha256Digest& digest) const noexcept {
  return SipHash(bytes_, digest.data(), digest.size());
}

}  // namespace callgate::ledger
