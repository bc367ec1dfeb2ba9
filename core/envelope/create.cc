#include "core/envelope/message.h"
#include "core/envelope/parsed_envelope.h"
#include "core/envelope/timestamp.h"
#include "core/json/object_writer.h"

namespace callgate {

Result<std::string> CreateEnvelope(std::string_view payload_json, std::string_view security_token,
                                   const SecretKey& key, Time now, Protocol protocol,
                                   const Limits& limits) {
  if (Result<void> ok = CheckTime(now); !ok) return ok.error();
  const Result<json::Document> payload =
      envelope::ParsePayload(payload_json, security_token, limits);
  if (!payload) return payload.error();

  const std::int64_t seconds =
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const CanonicalForm form =
      envelope::WriteMessage(payload->root(), json::KeyOrder::kCodePoint, security_token, seconds,
                             payload_json.size() + security_token.size() + envelope::kMessageFrame);

  std::string wire;
  wire.reserve(form.text.size() + 256);
  json::ObjectWriter object(wire);
  object.Text("protocol", ProtocolName(protocol));
  object.Text("security_token", security_token);
  object.Text("signature", Base64Encode(AsBytes(key.Sign(form.text))));
  object.Raw("payload") += form.payload();
  object.Text("timestamp", envelope::WriteTimestamp(now));
  object.End();
  // The envelope is larger and deeper than its payload: what is created must also be readable.
  if (Result<ParsedEnvelope> parsed = ParseEnvelope(wire, limits); !parsed) return parsed.error();
  return wire;
}

}  // namespace callgate
