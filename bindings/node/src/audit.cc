// What callgate/audit writes: the fields of events and outcomes, and redaction.
#include "callgate/audit.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "addon.h"
#include "argument.h"
#include "decision.h"
#include "elements.h"
#include "handle.h"

namespace callgate::node {
namespace {

// newRedaction(keys, tools, arguments)
Napi::Value NewRedaction(const Napi::CallbackInfo& info) {
  constexpr std::int64_t kBytes = 8192;
  RedactionOptions options{Texts(info[0]), Texts(info[1]), info[2].As<Napi::Boolean>().Value()};
  return Handle<Redaction>::New(info.Env(), Redaction(options), kBytes);
}

Napi::Value RedactedKeys(const Napi::CallbackInfo& info) {
  const std::vector<std::string>& keys = Redaction::DefaultKeys();
  Napi::Array array = Napi::Array::New(info.Env(), keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    array.Set(static_cast<std::uint32_t>(i), Text(info.Env(), keys[i]));
  }
  return array;
}

// auditEvent(block, slot, redaction, trace id, peer, subject: the texts of AuditSubject)
Napi::Value Event(const Napi::CallbackInfo& info) {
  const Decision& decision =
      Handle<DecisionBlock>::Get(info[0])[info[1].As<Napi::Number>().Uint32Value()];
  const Redaction& redaction = Handle<Redaction>::Get(info[2]);
  const std::vector<std::string> who = Texts(info[5]);
  const AuditSubject subject{.name = who.at(0),
                             .source = who.at(1),
                             .entity = who.at(2),
                             .spiffe_id = who.at(3),
                             .certificate_sha256 = who.at(4),
                             .attestation_issuer = who.at(5),
                             .attestation_subject = who.at(6),
                             .trust_level = who.at(7)};
  return Text(info.Env(), WriteAuditEvent(decision, redaction, OptionalText(info[3]),
                                          OptionalText(info[4]), subject));
}

template <typename T>
std::optional<T> Known(const Napi::Value& value, T (*read)(const Napi::Value&)) {
  if (value.IsUndefined()) return std::nullopt;
  return read(value);
}

// auditOutcome(event, outcome, result, milliseconds, error, dispatched)
Napi::Value Outcome(const Napi::CallbackInfo& info) {
  const std::string outcome = info[1].As<Napi::String>().Utf8Value();
  const std::optional<std::string> error = OptionalText(info[4]);
  AuditOutcome ended{
      .event = static_cast<std::uint64_t>(info[0].As<Napi::Number>().Int64Value()),
      .outcome = outcome,
      .milliseconds = Known<double>(
          info[3], [](const Napi::Value& value) { return value.As<Napi::Number>().DoubleValue(); }),
      .error = error,
      .dispatched = Known<bool>(
          info[5], [](const Napi::Value& value) { return value.As<Napi::Boolean>().Value(); })};
  if (info[2].IsUndefined()) return Text(info.Env(), WriteAuditOutcome(ended));
  const BytesArgument result(info[2]);
  ended.result = result.view();
  return Text(info.Env(), WriteAuditOutcome(ended));
}

}  // namespace

void RegisterAudit(Napi::Object exports) {
  Export<NewRedaction>(exports, "newRedaction");
  Export<RedactedKeys>(exports, "redactedKeys");
  Export<Event>(exports, "auditEvent");
  Export<Outcome>(exports, "auditOutcome");
}

}  // namespace callgate::node
