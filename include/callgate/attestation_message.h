// AttestedMessage: the token and proof of an MCP message, and the hash that a proof signs.
#ifndef CALLGATE_ATTESTATION_MESSAGE_H_
#define CALLGATE_ATTESTATION_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "callgate/attestation_reason.h"
#include "callgate/crypto.h"
#include "callgate/limits.h"
#include "callgate/result.h"

namespace callgate {

// The key of the carrier in `_meta` of a modern message, which is the extension's id as well.
inline constexpr std::string_view kAttestationExtension = "dev.callgate/agent-attestation";
// Its key in `capabilities.experimental` of `initialize`.
inline constexpr std::string_view kLegacyAttestationKey = "security.attestation";

// One JSON-RPC message of MCP.
struct AttestedMessage {
  enum class Kind : std::uint8_t { kRequest, kNotification, kResponse };

  Kind kind = Kind::kRequest;
  std::string id_json;  // compact, as it was written; empty for a notification
  std::string method;   // empty for a response
  // Modern where `_meta` names a protocol version or has our carrier; `initialize` is legacy.
  AttestationEra era = AttestationEra::kLegacy;
  std::optional<std::string> token;
  std::optional<std::string> proof;
  // Where the carrier is, or should be, an object or a string and is none; then the token is
  // malformed.
  std::string carrier_fault;
  // SHA-256 of the RFC 8785 form of `params` ({} where absent) without our carrier; of requests and
  // notifications. Unset where `unhashable` says why there is none.
  std::optional<Sha256Digest> request_hash;
  std::optional<Error> unhashable;
};

// Reads one message. INVALID_JSON or LIMIT_EXCEEDED as json::Parse, and INVALID_ENVELOPE, with the
// place: a batch, what is no JSON-RPC 2.0 message, an id that is no string or whole number, params
// that are no object. A carrier that is null is absent.
Result<AttestedMessage> ReadAttestedMessage(std::string_view json, const Limits& limits = {});

// The request hash of `params_json`, an object; the client's side of the above. `legacy` leaves out
// the carrier of `initialize`, `modern` that of `_meta`. Errors as json::Canonicalize: a number
// that readers disagree about cannot be proven.
Result<Sha256Digest> AttestationRequestHash(std::string_view params_json, AttestationEra era,
                                            const Limits& limits = {});

}  // namespace callgate

#endif  // CALLGATE_ATTESTATION_MESSAGE_H_
