// SMCP v1 and SEAL v1 envelopes: a signed MCP message (the SMCP document, "SmcpEnvelope").
#ifndef CALLGATE_ENVELOPE_H_
#define CALLGATE_ENVELOPE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "callgate/crypto.h"
#include "callgate/limits.h"
#include "callgate/result.h"
#include "callgate/time.h"

namespace callgate {

enum class Protocol : std::uint8_t { kSmcpV1, kSealV1 };
[[nodiscard]] std::string_view ProtocolName(Protocol protocol);  // "smcp/v1", "seal/v1"

// An envelope whose form and signature were verified.
struct Envelope {
  std::string payload;  // compact, keys sorted, digits as signed: the bytes that verified
  Time timestamp;       // as sent; digits beyond milliseconds dropped (towards the past)
  std::string security_token;
  Protocol protocol;
};

// The bytes that are signed: {"payload":…,"security_token":…,"timestamp":<whole seconds>}, compact,
// keys in code-point order, numbers as `payload_json` writes them. INVALID_ENVELOPE.
Result<std::string> CanonicalMessage(std::string_view payload_json, std::string_view security_token,
                                     std::int64_t timestamp_seconds, const Limits& limits = {});

// Builds and signs an envelope around `payload_json` (a JSON object); returns the bytes for the
// wire, stamped with `now` in milliseconds. INVALID_ENVELOPE, INVALID_ARGUMENT.
Result<std::string> CreateEnvelope(std::string_view payload_json, std::string_view security_token,
                                   const SecretKey& key, Time now,
                                   Protocol protocol = Protocol::kSmcpV1,
                                   const Limits& limits = {});

// Form and signature only: not freshness, not the token, not what the payload asks for.
// INVALID_ENVELOPE with the place, or INVALID_SIGNATURE.
Result<Envelope> VerifyEnvelope(std::string_view bytes, const PublicKey& key,
                                const Limits& limits = {});

}  // namespace callgate

#endif  // CALLGATE_ENVELOPE_H_
