#include <string>
#include <utility>

#include "callgate/attestation_message.h"
#include "core/attestation/request_hash.h"

namespace callgate {
namespace {

using Kind = AttestedMessage::Kind;

constexpr std::string_view kProtocolVersion = "io.modelcontextprotocol/protocolVersion";

Error NoMessage(std::string message, std::string where) {
  return Error{ErrorCode::kInvalidEnvelope, std::move(message), std::move(where)};
}

std::optional<json::Value> PresentMember(json::Value object, std::string_view key) {
  const auto value = object.Find(key);
  return value && value->is_null() ? std::nullopt : value;
}

Result<void> ReadId(json::Value root, AttestedMessage& message) {
  const auto id = root.Find("id");
  const bool is_response = message.kind == Kind::kResponse;
  if (!id) {
    if (is_response) return NoMessage("a response has an id", "/id");
    message.kind = Kind::kNotification;
    return {};
  }
  const bool is_valid = id->is_string() || id->integer() || (is_response && id->is_null());
  if (!is_valid) return NoMessage("an id is a string or a whole number", "/id");
  json::WriteLexical(*id, json::KeyOrder::kCodePoint, message.id_json);
  return {};
}

Result<void> ReadKind(json::Value root, AttestedMessage& message) {
  const auto version = root.Find("jsonrpc");
  if (!version || !version->is_string() || version->string() != "2.0") {
    return NoMessage("a message says jsonrpc 2.0", "/jsonrpc");
  }
  const auto method = root.Find("method");
  const bool has_answer = root.Find("result") || root.Find("error");
  if (method.has_value() == has_answer) {
    return NoMessage("a message has a method, or a result or error", "/method");
  }
  if (!method) {
    message.kind = Kind::kResponse;
    return {};
  }
  if (!method->is_string() || method->string().empty()) {
    return NoMessage("a method is a string", "/method");
  }
  message.method = method->string();
  return {};
}

AttestationEra EraOf(const AttestedMessage& message, std::optional<json::Value> params) {
  if (!params || message.method == "initialize") return AttestationEra::kLegacy;
  const auto meta = PresentMember(*params, "_meta");
  const bool is_modern =
      meta && (meta->Find(kProtocolVersion) || meta->Find(kAttestationExtension));
  return is_modern ? AttestationEra::kModern : AttestationEra::kLegacy;
}

// Sets `text` where the carrier has that member; false where it is no string.
bool ReadText(json::Value carrier, std::string_view key, std::optional<std::string>& text) {
  const auto value = PresentMember(carrier, key);
  if (!value) return true;
  if (!value->is_string()) return false;
  text = value->string();
  return true;
}

std::string Escaped(std::string_view key) {
  std::string text;
  for (const char c : key) {
    if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

void ReadCarrier(json::Value params, AttestedMessage& message) {
  std::string place = "/params";
  json::Value at = params;
  for (const std::string_view key : attestation::CarrierPath(message.era)) {
    const auto value = PresentMember(at, key);
    if (!value) return;
    place += '/' + Escaped(key);
    if (!value->is_object()) {
      message.carrier_fault = std::move(place);
      return;
    }
    at = *value;
  }
  if (!ReadText(at, "token", message.token)) {
    message.carrier_fault = place + "/token";
  } else if (!ReadText(at, "proof", message.proof)) {
    message.carrier_fault = place + "/proof";
  }
}

bool HasCarrier(const AttestedMessage& message) {
  return message.era == AttestationEra::kModern || message.method == "initialize";
}

}  // namespace

Result<AttestedMessage> ReadAttestedMessage(std::string_view json, const Limits& limits) {
  const Result<json::Document> document = json::Parse(json, limits);
  if (!document) return document.error();
  const json::Value root = document->root();
  if (root.is_array()) return NoMessage("batches are not taken: send each message alone", "");
  if (!root.is_object()) return NoMessage("a message is an object", "");
  AttestedMessage message;
  if (Result<void> ok = ReadKind(root, message); !ok) return ok.error();
  if (Result<void> ok = ReadId(root, message); !ok) return ok.error();
  if (message.kind == Kind::kResponse) return message;

  const auto params = root.Find("params");
  if (params && !params->is_object()) return NoMessage("params are an object", "/params");
  message.era = EraOf(message, params);
  if (params && HasCarrier(message)) ReadCarrier(*params, message);
  Result<Sha256Digest> hash =
      params ? attestation::RequestHash(*params, message.era) : Sha256("{}");
  if (hash) {
    message.request_hash = *hash;
  } else {
    message.unhashable = std::move(hash).error();
  }
  return message;
}

}  // namespace callgate
