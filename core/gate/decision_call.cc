// The accessors of Decision that belong to a call. They are empty where policy alone was asked.
#include "callgate/decision.h"
#include "core/gate/call_record.h"

namespace callgate {
namespace {

const gate::CallRecord& CallOf(const std::shared_ptr<const DecisionRecord>& record) {
  static const gate::CallRecord kNone{};
  if (record == nullptr || !record->IsOfCall()) return kNone;
  return static_cast<const gate::CallRecord&>(*record);
}

}  // namespace

std::string_view Decision::payload() const noexcept {
  const gate::CallRecord& call = CallOf(record_);
  if (!allowed_) return {};
  return call.forwarded.empty() ? call.View(call.payload) : std::string_view(call.forwarded);
}

std::string_view Decision::signed_payload() const noexcept {
  const gate::CallRecord& call = CallOf(record_);
  return call.View(call.payload);
}

std::string_view Decision::timestamp() const noexcept { return CallOf(record_).Timestamp(); }
std::string_view Decision::session_id() const noexcept { return CallOf(record_).session_id; }
std::string_view Decision::subject() const noexcept { return CallOf(record_).subject; }

std::string_view Decision::method() const noexcept {
  const gate::CallRecord& call = CallOf(record_);
  return call.View(call.method);
}

std::string_view Decision::tool() const noexcept {
  const gate::CallRecord& call = CallOf(record_);
  return call.View(call.tool);
}

std::string_view Decision::request_id() const noexcept {
  const gate::CallRecord& call = CallOf(record_);
  return call.View(call.request_id);
}

std::string_view Decision::arguments() const noexcept {
  const gate::CallRecord& call = CallOf(record_);
  return call.arguments_are_absent ? "{}" : call.View(call.arguments);
}

std::optional<PublicKey> Decision::public_key() const { return CallOf(record_).public_key; }
std::optional<Signature> Decision::signature() const { return CallOf(record_).signature; }

// Hashed when asked for: most callers never ask, and no message needs hashing to be decided.
std::optional<Sha256Digest> Decision::message_digest() const {
  const gate::CallRecord& call = CallOf(record_);
  if (call.message.empty()) return std::nullopt;
  return Sha256(call.message);
}

std::optional<Sha256Digest> Decision::token_digest() const {
  const gate::CallRecord& call = CallOf(record_);
  if (call.message.empty()) return std::nullopt;
  return Sha256(call.View(call.security_token));
}

std::optional<Sha256Digest> Decision::envelope_digest() const {
  return CallOf(record_).EnvelopeDigest();
}

std::string_view Decision::policy_digest() const noexcept { return CallOf(record_).policy_digest; }
std::vector<RateCharge> Decision::charged() const { return CallOf(record_).Charged(); }

std::string_view Decision::cause() const noexcept { return CallOf(record_).cause; }
std::string Decision::effects() const { return CallOf(record_).Effects(); }

}  // namespace callgate
