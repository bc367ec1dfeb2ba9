#include "core/ledger/commit.h"

#include <optional>

namespace callgate::ledger {
namespace {

CommitStatus StatusOf(ReplayStatus replay, RateStatus rate) {
  switch (replay) {
    case ReplayStatus::kRecorded:
      return rate == RateStatus::kNoRoom ? CommitStatus::kRateLimited : CommitStatus::kCommitted;
    case ReplayStatus::kNotAdmitted:
      return CommitStatus::kSessionInactive;
    case ReplayStatus::kAlreadySeen:
      return CommitStatus::kAlreadySeen;
    case ReplayStatus::kStale:
      return CommitStatus::kStale;
    case ReplayStatus::kFull:
      return CommitStatus::kFull;
  }
  return CommitStatus::kFull;
}

}  // namespace

CommitResult CommitCall(Tables& tables, const CallCommit& call, std::span<std::uint32_t> taken) {
  CommitResult result;
  RateResult rate;
  Time now;
  // The time is read again under the lock: it may have moved on since the envelope was found fresh,
  // and entries been dropped by it.
  const auto admit = [&]() -> std::optional<Time> {
    now = tables.clock.time();
    if (call.session != nullptr && !IsLive(*call.session, now, tables.sessions.leeway())) {
      return std::nullopt;
    }
    return now;
  };
  const auto charge = [&] {
    rate.time = now.time_since_epoch().count();
    if (!call.limits.empty()) rate = tables.rates.Charge(call.root, call.limits, now, taken);
    if (rate.status == RateStatus::kFull) return false;
    result.sequence = ++tables.sequence;
    return true;
  };
  const QuotaId quota = call.session == nullptr ? kUnattributed : call.session->quota;
  const ReplayStatus replay =
      tables.replays.Record(call.envelope, call.second, quota, admit, charge);
  result.status = StatusOf(replay, rate.status);
  result.charged_at = rate.time;
  result.retry_after = std::chrono::milliseconds(rate.retry_after);
  return result;
}

}  // namespace callgate::ledger
