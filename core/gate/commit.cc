#include <algorithm>
#include <span>

#include "core/base/small_vector.h"
#include "core/gate/planned_call.h"

namespace callgate::gate {

using ledger::CommitStatus;

namespace {

// What the ledger is to charge: the limits of every limited context of the chain.
class ChargeLimits {
 public:
  ChargeLimits(const CallRecord& record, const ledger::DigestKey& key) {
    base::SmallVector<std::uint32_t, 4> sizes;
    for (const Allowance& allowance : record.allowances) {
      if (!record.IsLimited(allowance)) continue;
      sizes.Append(allowance.count);
      for (const std::uint32_t capability : record.Allowing(allowance)) {
        limits_.Append(LimitOf(record, *allowance.context, capability, key));
      }
    }
    const ledger::RateLimit* first = limits_.data();
    for (const std::uint32_t size : sizes) {
      lists_.Append(std::span(first, size));
      taken_.Append(0);
      first += size;
    }
  }

  std::span<const std::span<const ledger::RateLimit>> lists() const noexcept {
    return {lists_.data(), lists_.size()};
  }
  std::span<std::uint32_t> taken() noexcept { return {taken_.data(), taken_.size()}; }

 private:
  static ledger::RateLimit LimitOf(const CallRecord& record, const policy::Context& context,
                                   std::uint32_t position, const ledger::DigestKey& key) {
    const policy::Capability& capability = context.capabilities[position];
    if (!capability.rate_limit) return {};
    return {key.OfWindow(record.session->root, context.name, capability.tool_pattern.text,
                         capability.nth),
            capability.rate_limit->calls, capability.rate_limit->per_seconds};
  }

  base::SmallVector<ledger::RateLimit, 8> limits_;
  base::SmallVector<std::span<const ledger::RateLimit>, 4> lists_;
  base::SmallVector<std::uint32_t, 4> taken_;
};

}  // namespace

void RecordTaken(std::span<const std::uint32_t> taken, CallRecord& record) {
  std::size_t list = 0;
  for (Allowance& allowance : record.allowances) {
    if (record.IsLimited(allowance)) allowance.taken = taken[list++];
  }
  record.is_charged = true;
}

CommitOutcome Commit(PlannedCall& call, ledger::Tables& tables) {
  CallRecord& record = *call.record;
  record.digest_key = tables.digest_key.bytes();
  record.envelope = tables.digest_key.OfEnvelope(*record.public_key, *record.signature);
  ChargeLimits limits(record, tables.digest_key);
  ledger::CallCommit commit;
  commit.envelope = record.envelope;
  commit.second = record.second;
  commit.session = record.session;
  commit.root = record.session->root_digest;
  commit.limits = limits.lists();
  // Not before now: the tombstone has to outlast every token whose holder signed with it.
  ledger::RaiseTo(record.session->latest_exp, record.token_expires_at);
  const ledger::CommitResult result = CommitCall(tables, commit, limits.taken());
  record.sequence = result.sequence;
  record.charged_at = result.charged_at;
  if (result.status == CommitStatus::kCommitted) RecordTaken(limits.taken(), record);
  call.times.ledger = std::max(call.times.ledger, tables.clock.time());
  return {result.status, result.retry_after};
}

}  // namespace callgate::gate
