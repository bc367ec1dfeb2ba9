// What the Decision of a gate carries: as little as a call needs while it is decided, the rest
// written down when it is asked for.
#ifndef CALLGATE_CORE_GATE_CALL_RECORD_H_
#define CALLGATE_CORE_GATE_CALL_RECORD_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/crypto.h"
#include "callgate/limits.h"
#include "core/base/small_vector.h"
#include "core/envelope/parsed_envelope.h"
#include "core/envelope/timestamp.h"
#include "core/ledger/rate_table.h"
#include "core/ledger/session_entry.h"
#include "core/policy/decision_record.h"
#include "core/policy/model/context.h"

namespace callgate::gate {

// One context of the chain that allowed a call, with what it may be charged to there.
struct Allowance {
  const policy::Context* context;
  std::uint32_t first;  // of CallRecord::allowing
  std::uint32_t count;  // the capabilities that allow, in order; 1 or more
  std::uint32_t taken;  // which of them the call was charged to
};

// Everything is as far as the call was verified; empty otherwise.
struct CallRecord : DecisionRecord {
  bool IsOfCall() const noexcept override { return true; }
  // Without effects: judging a response changes nothing in the ledger.
  std::shared_ptr<DecisionRecord> CopyForResponse() const override;
  std::vector<RateCharge> Charges() const override;
  std::vector<RateCharge> Charged() const;
  std::string Effects() const;

  // For the digest of an envelope whose signature did not verify. Not of one that is too long to be
  // read.
  void KeepUnverified(std::string_view bytes, const Limits& limits);
  std::optional<Sha256Digest> EnvelopeDigest() const;

  std::string_view View(TextSlice slice) const noexcept { return slice.Of(message); }
  std::string_view Timestamp() const noexcept { return {timestamp.data(), timestamp_size}; }

  // The capabilities that an allowance names.
  std::span<const std::uint32_t> Allowing(const Allowance& allowance) const noexcept {
    return {allowing.data() + allowance.first, allowance.count};
  }
  const policy::Capability& Taken(const Allowance& allowance) const noexcept {
    return allowance.context->capabilities[Allowing(allowance)[allowance.taken]];
  }
  // True where the context has a limit to check. Others are no part of a plan's charges.
  bool IsLimited(const Allowance& allowance) const noexcept {
    return allowance.context->capabilities[Allowing(allowance)[0]].rate_limit.has_value();
  }
  void ForgetAllowances() noexcept {
    allowances.clear();
    allowing.clear();
  }
  // For each limited context of the chain, its limits in order.
  std::vector<std::vector<RateCharge>> ChargeLists() const;

  std::string message;  // the bytes whose signature verified
  TextSlice payload, arguments, request_id, method, tool, security_token;
  // The envelope's, as sent; the whole seconds are signed.
  std::array<char, envelope::kLongestTimestamp> timestamp;
  std::uint8_t timestamp_size = 0;
  // The envelope, where its signature did not verify: the bytes of a short one, which are hashed
  // when they are asked for, the digest of one that would be much to keep.
  std::optional<std::string> unverified;
  std::optional<Sha256Digest> unverified_digest;
  // The payload without its _meta, which is not forwarded; empty where it had none.
  std::string forwarded;
  bool arguments_are_absent = false;  // which means {}
  // Of what session_id, subject and context_name view, and of what policy_digest views.
  std::shared_ptr<const void> owner, policy_owner;
  std::string_view session_id, subject, policy_digest;
  std::optional<PublicKey> public_key;
  std::optional<Signature> signature;
  std::string_view cause;  // static

  ledger::SessionEntry* session = nullptr;     // `owner` keeps it
  base::SmallVector<Allowance, 4> allowances;  // own context first; empty where policy denies
  base::SmallVector<std::uint32_t, 8> allowing;
  std::int64_t token_expires_at = 0;  // milliseconds

  // What the ledger was asked to write, and did when `sequence` is not 0.
  ledger::Digest envelope;
  std::int64_t second = 0;
  ledger::DigestKey::Bytes digest_key{};
  std::uint64_t sequence = 0;
  std::int64_t charged_at = 0;
  bool is_charged = false;
};

}  // namespace callgate::gate

#endif  // CALLGATE_CORE_GATE_CALL_RECORD_H_
