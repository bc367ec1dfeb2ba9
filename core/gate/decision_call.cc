// The accessors of Decision that belong to a call. They are empty where policy alone was asked.
#include "callgate/decision.h"
#include "core/gate/call_record.h"

namespace callgate {
namespace {

// Null unless a gate decided.
const gate::CallRecord* CallOf(const DecisionRecord* record) noexcept {
  if (record == nullptr || !record->IsOfCall()) return nullptr;
  return static_cast<const gate::CallRecord*>(record);
}

}  // namespace

std::string_view Decision::payload() const noexcept {
  const auto* call = CallOf(record_.get());
  if (!allowed_ || call == nullptr) return {};
  return call->forwarded.empty() ? call->View(call->payload) : std::string_view(call->forwarded);
}

std::string_view Decision::signed_payload() const noexcept {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->View(call->payload) : std::string_view();
}

std::string_view Decision::timestamp() const noexcept {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->Timestamp() : std::string_view();
}

std::string_view Decision::session_id() const noexcept {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->session_id : std::string_view();
}

std::string_view Decision::subject() const noexcept {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->subject : std::string_view();
}

std::string_view Decision::method() const noexcept {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->View(call->method) : std::string_view();
}

std::string_view Decision::tool() const noexcept {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->View(call->tool) : std::string_view();
}

std::string_view Decision::request_id() const noexcept {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->View(call->request_id) : std::string_view();
}

std::string_view Decision::arguments() const noexcept {
  const auto* call = CallOf(record_.get());
  if (call == nullptr) return {};
  return call->arguments_are_absent ? "{}" : call->View(call->arguments);
}

std::optional<PublicKey> Decision::public_key() const {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->public_key : std::nullopt;
}

std::optional<Signature> Decision::signature() const {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->signature : std::nullopt;
}

// Hashed when asked for: most callers never ask, and no message needs hashing to be decided.
std::optional<Sha256Digest> Decision::message_digest() const {
  const auto* call = CallOf(record_.get());
  if (call == nullptr || call->message.empty()) return std::nullopt;
  return Sha256(call->message);
}

std::optional<Sha256Digest> Decision::token_digest() const {
  const auto* call = CallOf(record_.get());
  if (call == nullptr || call->message.empty()) return std::nullopt;
  return Sha256(call->View(call->security_token));
}

std::optional<Sha256Digest> Decision::envelope_digest() const {
  const auto* call = CallOf(record_.get());
  if (call == nullptr || !call->unverified) return std::nullopt;
  return Sha256(*call->unverified);
}

std::string_view Decision::policy_digest() const noexcept {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->policy_digest : std::string_view();
}

std::vector<RateCharge> Decision::charged() const {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->Charged() : std::vector<RateCharge>();
}

std::optional<std::chrono::milliseconds> Decision::retry_after() const noexcept {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->retry_after : std::nullopt;
}

std::string_view Decision::cause() const noexcept {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->cause : std::string_view();
}

std::string Decision::effects() const {
  const auto* call = CallOf(record_.get());
  return call != nullptr ? call->Effects() : std::string();
}

}  // namespace callgate
