#include "core/attestation/proof.h"

#include <string>

#include "core/attestation/claims.h"
#include "core/attestation/jws.h"
#include "core/attestation/replay.h"
#include "core/attestation/times.h"

namespace callgate::attestation {
namespace {

Refusal Unproven(std::string_view place, std::string_view message) {
  std::string where = "proof";
  if (!place.empty()) where.append("/").append(place);
  return {AttestationReason::kProof, std::move(where), message};
}

bool IsString(std::optional<json::Value> value, std::string_view text) {
  return value && value->is_string() && value->string() == text;
}

}  // namespace

Refused CheckProof(const RequestProof& request, const Confirmation& confirmation,
                   std::string_view audience, bool accepts_ed25519_alg, Time now,
                   std::chrono::seconds skew, ReplayClaim& replay) {
  Refusal malformed{AttestationReason::kProof, "", ""};
  const std::optional<Jws> jws =
      ReadJws(request.proof, kMaxRequestProofBytes, accepts_ed25519_alg, malformed);
  if (!jws) return Unproven(malformed.where, malformed.message);
  if (!IsString(jws->type(), kProofType)) {
    return Unproven("header/typ", "typ must be mcp-request-proof+jwt");
  }
  if (!confirmation.key.Verify(jws->signature, jws->signing_input)) {
    return Unproven("signature", "it does not verify under the key in the token's cnf.jwk");
  }
  const json::Value claims = jws->claims.root();
  if (!IsString(claims.Find("aud"), audience)) {
    return Unproven("aud", "aud must be exactly this server's audience");
  }
  if (!IsString(claims.Find("ath"), confirmation.token_hash)) {
    return Unproven("ath", "ath must be the SHA-256 of the token that came with the proof");
  }
  if (!IsString(claims.Find("mth"), request.method)) {
    return Unproven("mth", "mth must be the method of the message");
  }
  if (!IsString(claims.Find("rqh"), Base64UrlEncode(AsBytes(request.request_hash)))) {
    return Unproven("rqh", "rqh must be the hash of the message's params");
  }
  std::int64_t issued_at = 0;
  const auto iat = claims.Find("iat");
  if (!iat || !ReadSeconds(*iat, issued_at)) {
    return Unproven("iat", "iat must be a whole number of seconds");
  }
  if (TimeOf(issued_at) < now - kRequestProofLifetime || TimeOf(issued_at) > now + skew) {
    return Unproven("iat", "a proof is made when it is sent: iat is too old, or lies ahead");
  }
  const auto jti = claims.Find("jti");
  if (!jti || !jti->is_string() || !IsTokenId(jti->string())) {
    return Unproven("jti", "jti must be 1 to 128 printable characters of ASCII");
  }
  replay = {ProofReplayKey(confirmation.thumbprint, jti->string()), confirmation.bucket,
            TimeOf(issued_at) + kRequestProofLifetime + skew};
  return std::nullopt;
}

}  // namespace callgate::attestation
