// A compact JWS (RFC 7515 section 7.1), taken apart: of a token or of a proof.
#ifndef CALLGATE_CORE_ATTESTATION_JWS_H_
#define CALLGATE_CORE_ATTESTATION_JWS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "callgate/crypto.h"
#include "callgate/json.h"
#include "core/attestation/refusal.h"

namespace callgate::attestation {

struct Jws {
  std::string_view signing_input;
  Signature signature;
  json::Document header;
  json::Document claims;  // of an object

  std::optional<json::Value> type() const noexcept { return header.root().Find("typ"); }
  std::optional<json::Value> key_id() const noexcept { return header.root().Find("kid"); }
};

// Reads strictly: three parts in base64url of the one spelling, strict JSON within the bounds of
// attestation_verifier.h, a signature of 64 bytes. The header holds alg, typ and kid alone: what
// else it can hold chooses a key or changes what is signed (jwk, jku, x5c, crit, b64, zip), and
// none of it is the token's to choose. nullopt: `refusal` says why; it is kAlg or kMalformed, and
// its place "header", "header/alg", "signature", "claims", or empty for the whole.
std::optional<Jws> ReadJws(std::string_view text, std::size_t max_bytes, bool accepts_ed25519_alg,
                           Refusal& refusal);

// What is signed of a header and claims, and then the token.
std::string SigningInput(std::string_view header, std::string_view claims);
void AppendSignature(const SecretKey& key, std::string& signing_input);

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_JWS_H_
