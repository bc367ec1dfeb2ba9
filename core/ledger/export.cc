#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "core/ledger/state.h"

namespace callgate::ledger {
namespace {

Time FromMillis(std::int64_t millis) { return Time(std::chrono::milliseconds(millis)); }

}  // namespace

SavedSession Save(const SessionEntry& session) {
  SavedSession saved{session.identity,
                     std::nullopt,
                     FromMillis(session.expires_at.load()),
                     FromMillis(session.latest_exp.load()),
                     session.state.load(),
                     session.snapshots};
  if (session.parent != nullptr) saved.parent = session.parent->identity.id;
  return saved;
}

LedgerState Export(Tables& tables) {
  LedgerState state;
  state.digest_key = tables.digest_key.bytes();
  state.window = tables.window;
  std::unordered_map<QuotaId, std::string> sessions_by_quota;
  std::map<std::pair<std::int64_t, QuotaId>, std::vector<Digest>> replays;
  {
    const auto session_lock = tables.sessions.Lock();
    const auto replay_locks = tables.replays.LockAll();
    const auto rate_locks = tables.rates.LockAll();
    state.sequence = tables.sequence.load();
    state.time = tables.clock.time();
    state.forgotten = tables.sessions.forgotten();
    tables.sessions.VisitLocked([&](const SessionEntry& session) {
      state.sessions.push_back(Save(session));
      sessions_by_quota.emplace(session.quota, session.identity.id);
    });
    tables.replays.VisitLocked(state.time,
                               [&](std::int64_t second, QuotaId quota, const Digest& envelope) {
                                 replays[{second, quota}].push_back(envelope);
                               });
    const std::int64_t now = state.time.time_since_epoch().count();
    tables.rates.VisitLocked([&](const Digest& root, const Digest& window, std::int64_t period,
                                 const RateWindow& calls) {
      SavedWindow saved{root, window, period, {}};
      for (std::uint32_t i = 0; i < calls.size(); ++i) {
        if (calls.At(i) > now - period) saved.times.push_back(calls.At(i));
      }
      if (!saved.times.empty()) state.windows.push_back(std::move(saved));
    });
  }

  std::map<std::pair<std::int64_t, std::optional<std::string>>, std::vector<Digest>> by_session;
  for (auto& [key, envelopes] : replays) {
    const auto& [second, quota] = key;
    std::optional<std::string> session;
    if (const auto found = sessions_by_quota.find(quota); found != sessions_by_quota.end()) {
      session = found->second;
    }
    std::vector<Digest>& all = by_session[{second, std::move(session)}];
    all.insert(all.end(), envelopes.begin(), envelopes.end());
  }
  for (auto& [key, envelopes] : by_session) {
    std::sort(envelopes.begin(), envelopes.end());
    state.replays.push_back({key.first, key.second, std::move(envelopes)});
  }
  std::sort(state.windows.begin(), state.windows.end(),
            [](const SavedWindow& a, const SavedWindow& b) { return a.window < b.window; });
  return state;
}

}  // namespace callgate::ledger
