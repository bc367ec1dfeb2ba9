#include "core/envelope/message.h"
#include "core/envelope/parsed_envelope.h"

namespace callgate {

std::optional<CanonicalForm> VerifiedForm(const ParsedEnvelope& parsed, const PreparedKey& key) {
  const auto verified = [&](json::KeyOrder order) -> std::optional<CanonicalForm> {
    CanonicalForm form = envelope::WriteMessage(parsed.payload, order, parsed.security_token,
                                                parsed.timestamp_seconds, parsed.wire_bytes);
    if (!key.Verify(parsed.signature, form.text)) return std::nullopt;
    return form;
  };
  std::optional<CanonicalForm> form = verified(json::KeyOrder::kCodePoint);
  if (!form && json::KeyOrdersDiffer(parsed.payload)) form = verified(json::KeyOrder::kUtf16);
  return form;
}

Result<Envelope> VerifyEnvelope(std::string_view bytes, const PublicKey& key,
                                const Limits& limits) {
  const Result<ParsedEnvelope> parsed = ParseEnvelope(bytes, limits);
  if (!parsed) return parsed.error();
  const std::optional<CanonicalForm> form = VerifiedForm(*parsed, PreparedKey(key));
  if (!form) {
    return Error{ErrorCode::kInvalidSignature, "the envelope's signature does not verify",
                 "/signature"};
  }
  return Envelope{std::string(form->payload()), parsed->timestamp,
                  std::string(parsed->security_token), parsed->protocol};
}

}  // namespace callgate
