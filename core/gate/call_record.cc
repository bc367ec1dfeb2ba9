#include "core/gate/call_record.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/gate/state/journal.h"

namespace callgate::gate {
namespace {

// Each window once, with the longest period that a limit on it has.
std::vector<ledger::JournalRecord::Charge> JournalledCharges(const CallRecord& record) {
  const ledger::DigestKey key(record.digest_key);
  std::vector<ledger::JournalRecord::Charge> charges;
  if (!record.is_charged) return charges;
  for (const Allowance& allowance : record.allowances) {
    const policy::Capability& taken = record.Taken(allowance);
    if (!taken.rate_limit) continue;
    const ledger::Digest window = key.OfWindow(record.session->root, allowance.context->name,
                                               taken.tool_pattern.text, taken.nth);
    const std::int64_t period = std::int64_t{taken.rate_limit->per_seconds} * 1000;
    const auto same = std::ranges::find(charges, window, &ledger::JournalRecord::Charge::window);
    if (same == charges.end()) {
      charges.push_back({window, period});
    } else {
      same->period = std::max(same->period, period);
    }
  }
  return charges;
}

}  // namespace

void CallRecord::KeepUnverified(std::string_view bytes, const Limits& limits) {
  constexpr std::size_t kMuchToKeep = 16 << 10;
  if (bytes.size() <= kMuchToKeep) {
    unverified.emplace(bytes);
  } else if (bytes.size() <= limits.max_json_bytes) {
    unverified_digest = Sha256(bytes);
  }
}

std::optional<Sha256Digest> CallRecord::EnvelopeDigest() const {
  return unverified ? Sha256(*unverified) : unverified_digest;
}

std::shared_ptr<DecisionRecord> CallRecord::CopyForResponse() const {
  auto copy = std::make_shared<CallRecord>(*this);
  copy->sequence = 0;
  return copy;
}

std::vector<std::vector<RateCharge>> CallRecord::ChargeLists() const {
  std::vector<std::vector<RateCharge>> lists;
  for (const Allowance& allowance : allowances) {
    if (!IsLimited(allowance)) continue;
    std::vector<RateCharge>& list = lists.emplace_back();
    for (const std::uint32_t capability : Allowing(allowance)) {
      list.push_back(ChargeOf(*allowance.context, capability, session->root));
    }
  }
  return lists;
}

std::vector<RateCharge> CallRecord::Charges() const {
  std::vector<RateCharge> all;
  for (const std::vector<RateCharge>& list : ChargeLists()) {
    for (const RateCharge& charge : list) {
      if (charge.calls != 0) all.push_back(charge);
    }
  }
  return all;
}

std::vector<RateCharge> CallRecord::Charged() const {
  std::vector<RateCharge> all;
  if (!is_charged) return all;
  for (const Allowance& allowance : allowances) {
    if (!Taken(allowance).rate_limit) continue;
    RateCharge charge =
        ChargeOf(*allowance.context, Allowing(allowance)[allowance.taken], session->root);
    // A snapshot and the context as it is now name the same window, which is charged once.
    const auto is_same = [&](const RateCharge& other) { return other.Key() == charge.Key(); };
    if (std::ranges::none_of(all, is_same)) all.push_back(std::move(charge));
  }
  return all;
}

std::string CallRecord::Effects() const {
  if (sequence == 0) return {};
  const auto time = [](std::int64_t millis) { return Time(std::chrono::milliseconds(millis)); };
  ledger::JournalRecord written;
  written.ledger = LedgerId(ledger::DigestKey(digest_key));
  written.sequence = sequence;
  written.at = time(charged_at);
  written.session = session->identity.id;
  written.expires_at = time(token_expires_at);
  written.envelope = envelope;
  written.second = second;
  written.root = session->root_digest;
  written.charges = JournalledCharges(*this);
  return JournalCall(written);
}

}  // namespace callgate::gate
