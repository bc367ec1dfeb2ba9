// Whatever is changed in an envelope, it is refused or still says what was signed: payload, token,
// signature and second stay what they were.
#include <array>
#include <string>
#include <vector>

#include "callgate/envelope.h"
#include "callgate/json.h"
#include "core/envelope/parsed_envelope.h"
#include "fuzz/input.h"

namespace {

using callgate::Base64Encode;
using callgate::Protocol;
using callgate::SecretKey;
using callgate::Signature;
using callgate::Time;
using callgate::fuzz::Edited;
using callgate::fuzz::Input;
using callgate::fuzz::Require;
using std::chrono::milliseconds;

constexpr Time kNow{milliseconds{1'771'338'721'583}};
constexpr std::string_view kToken = "header.claims.signature";

struct Signed {
  std::string wire;
  std::string payload;
  Signature signature;
};

std::string Lexical(std::string_view text, callgate::json::KeyOrder order) {
  const auto document = callgate::json::Parse(text);
  std::string out;
  WriteLexical(document->root(), order, out);
  return out;
}

struct Signer {
  SecretKey key = SecretKey::FromBytes(std::string(32, 'a')).value();
  std::vector<Signed> envelopes;

  void Add(std::string wire, std::string payload) {
    const auto parsed = callgate::ParseEnvelope(wire, {});
    Require(parsed.ok(), "what was made parses");
    envelopes.push_back({std::move(wire), std::move(payload), parsed->signature});
    const auto verified = VerifyEnvelope(envelopes.back().wire, key.public_key());
    Require(verified.ok() && verified->payload == envelopes.back().payload,
            "what was made verifies");
  }

  Signer() {
    const std::array<const char*, 4> payloads = {
        R"({"jsonrpc":"2.0","id":"req-1","method":"tools/call",
            "params":{"name":"fs.read","arguments":{"path":"/workspace/a"}}})",
        R"({"n":1.50,"e":1E2,"big":123456789012345678901234567890,"s":"\u00e9\n\"\\"})",
        R"({"list":[1,[2,{"deep":null}],true],"":""})",
        "{\"\xef\xbf\xbd\":1,\"\xf0\x9f\x98\x80\":2}"};
    for (const char* payload : payloads) {
      for (const Protocol protocol : {Protocol::kSmcpV1, Protocol::kSealV1}) {
        Add(CreateEnvelope(payload, kToken, key, kNow, protocol).value(),
            Lexical(payload, callgate::json::KeyOrder::kCodePoint));
      }
    }
    AddUtf16Order(payloads[3]);
  }

  // As a signer that sorts keys by UTF-16 code units makes it, with a whole number as timestamp.
  void AddUtf16Order(std::string_view text) {
    const std::string payload = Lexical(text, callgate::json::KeyOrder::kUtf16);
    const std::string rest =
        R"(,"security_token":")" + std::string(kToken) + R"(","timestamp":1771338721)";
    const std::string signature =
        Base64Encode(callgate::AsBytes(key.Sign(R"({"payload":)" + payload + rest + '}')));
    Add(R"({"payload":)" + payload + rest + R"(,"protocol":"seal/v1","signature":")" + signature +
            "\"}",
        payload);
  }
};

// What verifies is one of those that were signed, in every part that is signed.
void CheckChanged(const Signer& signer, const std::string& wire) {
  const auto verified = VerifyEnvelope(wire, signer.key.public_key());
  if (!verified) {
    Require(verified.error().code == callgate::ErrorCode::kInvalidEnvelope ||
                verified.error().code == callgate::ErrorCode::kInvalidSignature,
            "a refusal is about form or signature");
    return;
  }
  const auto parsed = callgate::ParseEnvelope(wire, {});
  Require(parsed.ok(), "what verifies parses");
  bool was_signed = false;
  for (const Signed& envelope : signer.envelopes) {
    was_signed |= verified->payload == envelope.payload && parsed->signature == envelope.signature;
  }
  Require(was_signed, "payload and signature are those of one envelope that was signed");
  Require(verified->security_token == kToken, "the token stays");
  Require(std::chrono::floor<std::chrono::seconds>(verified->timestamp) ==
              std::chrono::floor<std::chrono::seconds>(kNow),
          "the second stays");
}

// Any payload that can be signed comes back as its compact, sorted self.
void CheckCreated(const Signer& signer, Input& input) {
  const Protocol protocol = input.Below(2) == 0 ? Protocol::kSmcpV1 : Protocol::kSealV1;
  const std::string payload(input.Rest());
  const auto wire = CreateEnvelope(payload, kToken, signer.key, kNow, protocol);
  if (!wire) return;
  const auto verified = VerifyEnvelope(*wire, signer.key.public_key());
  Require(verified.ok(), "what was created verifies");
  Require(verified->payload == Lexical(payload, callgate::json::KeyOrder::kCodePoint), "payload");
  Require(verified->payload.find('\n') == std::string::npos, "a payload is one line");
  Require(verified->protocol == protocol && verified->timestamp == kNow, "protocol and timestamp");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Signer signer;
  Input input(data, size);
  switch (input.Below(3)) {
    case 0:
      CheckChanged(signer, std::string(input.Rest()));
      break;
    case 1:
      CheckChanged(signer,
                   Edited(input, signer.envelopes[input.Below(signer.envelopes.size())].wire));
      break;
    case 2:
      CheckCreated(signer, input);
      break;
  }
  return 0;
}
