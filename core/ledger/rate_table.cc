#include "core/ledger/rate_table.h"

#include <algorithm>
#include <limits>

namespace callgate::ledger {

RateTable::RateTable(std::size_t max_windows, std::size_t max_entries)
    : max_windows_(max_windows),
      max_entries_(max_entries),
      shards_(std::make_unique<std::array<Shard, kShards>>()) {}

RateResult RateTable::Charge(const Digest& root, std::span<const std::span<const RateLimit>> lists,
                             Time now, std::span<std::uint32_t> taken) {
  const std::int64_t time = now.time_since_epoch().count();
  Shard& shard = ShardOf(root);
  {
    const std::scoped_lock lock(shard.mutex);
    const RateResult result = TryCharge(shard, root, lists, time, taken);
    // Not before: a period that became longer may still need what is swept.
    Sweep(shard, time, kSweepWindows);
    if (result.status != RateStatus::kFull) return result;
  }
  // Calls that no longer count must not keep new ones out.
  SweepAll(time);
  const std::scoped_lock lock(shard.mutex);
  return TryCharge(shard, root, lists, time, taken);
}

RateResult RateTable::TryCharge(Shard& shard, const Digest& root,
                                std::span<const std::span<const RateLimit>> lists, std::int64_t now,
                                std::span<std::uint32_t> taken) {
  RateResult result;
  result.time = now;
  // Two threads may come here in another order than they read the time. A window's newest call is a
  // time that the ledger has seen, so it is the ledger's time if it is later.
  for (const auto& list : lists) {
    for (const RateLimit& limit : list) {
      const auto found = shard.windows.find(limit.window);
      if (limit.calls == 0 || found == shard.windows.end()) continue;
      Entry& entry = found->second;
      entry.period = std::max(entry.period, std::int64_t{limit.per_seconds} * 1000);
      if (entry.window.size() > 0) result.time = std::max(result.time, entry.window.newest());
    }
  }

  for (std::size_t i = 0; i < lists.size(); ++i) {
    std::int64_t wait = std::numeric_limits<std::int64_t>::max();
    for (std::uint32_t j = 0; j < lists[i].size() && wait > 0; ++j) {
      const RateLimit& limit = lists[i][j];
      std::int64_t limit_wait = 0;
      const auto found = shard.windows.find(limit.window);
      if (limit.calls != 0 && found != shard.windows.end()) {
        const std::int64_t period = std::int64_t{limit.per_seconds} * 1000;
        limit_wait = found->second.window.Wait(limit.calls, period, result.time);
      }
      wait = std::min(wait, limit_wait);
      if (wait == 0) taken[i] = j;
    }
    if (wait > 0) {
      result.status = RateStatus::kNoRoom;
      result.retry_after = std::max(result.retry_after, wait);
    }
  }
  if (result.status == RateStatus::kNoRoom) return result;

  const auto chosen = [&](std::size_t i) -> const RateLimit& { return lists[i][taken[i]]; };
  // The first of the lists that chose a window charges it, and keeps calls for as long as the
  // longest period among those that did.
  const auto is_charged_before = [&](std::size_t i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (chosen(k).calls != 0 && chosen(k).window == chosen(i).window) return true;
    }
    return false;
  };
  const auto longest_period = [&](std::size_t i) {
    std::int64_t longest = 0;
    for (std::size_t k = i; k < lists.size(); ++k) {
      if (chosen(k).calls != 0 && chosen(k).window == chosen(i).window) {
        longest = std::max(longest, std::int64_t{chosen(k).per_seconds} * 1000);
      }
    }
    return longest;
  };
  std::size_t new_windows = 0;
  std::size_t new_entries = 0;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    if (chosen(i).calls == 0 || is_charged_before(i)) continue;
    ++new_entries;
    if (!shard.windows.contains(chosen(i).window)) ++new_windows;
  }
  if (!Reserve(new_windows, new_entries)) {
    result.status = RateStatus::kFull;
    return result;
  }
  for (std::size_t i = 0; i < lists.size(); ++i) {
    if (chosen(i).calls == 0 || is_charged_before(i)) continue;
    Add(shard, root, chosen(i).window, longest_period(i), result.time);
  }
  return result;
}

bool RateTable::Reserve(std::size_t windows, std::size_t entries) noexcept {
  const bool room_for_windows = windows_.fetch_add(windows) + windows <= max_windows_;
  const bool room_for_entries = entries_.fetch_add(entries) + entries <= max_entries_;
  if (room_for_windows && room_for_entries) return true;
  windows_.fetch_sub(windows);
  entries_.fetch_sub(entries);
  return false;
}

void RateTable::Add(Shard& shard, const Digest& root, const Digest& window, std::int64_t period,
                    std::int64_t time) {
  const auto [found, is_new] = shard.windows.try_emplace(window);
  Entry& entry = found->second;
  entry.root = root;
  entry.period = std::max(entry.period, period);
  if (is_new) {
    shard.due.push_back({time + entry.period, window});
    std::push_heap(shard.due.begin(), shard.due.end());
  } else {
    // Keeps a busy window as short as its limit, between two visits of the sweep.
    entries_.fetch_sub(entry.window.ForgetUntil(time - entry.period));
  }
  entry.window.Add(time);
}

void RateTable::Sweep(Shard& shard, std::int64_t now, std::size_t windows) {
  while (windows-- > 0 && !shard.due.empty() && shard.due.front().time <= now) {
    std::pop_heap(shard.due.begin(), shard.due.end());
    Due& due = shard.due.back();
    const auto found = shard.windows.find(due.window);
    Entry& entry = found->second;
    entries_.fetch_sub(entry.window.ForgetUntil(now - entry.period));
    if (entry.window.size() == 0) {
      shard.windows.erase(found);
      shard.due.pop_back();
      windows_.fetch_sub(1);
    } else {
      due.time = entry.window.oldest() + entry.period;
      std::push_heap(shard.due.begin(), shard.due.end());
    }
  }
}

void RateTable::SweepAll(std::int64_t now) {
  for (Shard& shard : *shards_) {
    const std::scoped_lock lock(shard.mutex);
    Sweep(shard, now, std::numeric_limits<std::size_t>::max());
  }
}

bool RateTable::Restore(const Digest& root, const Digest& window, std::int64_t period,
                        std::int64_t time) {
  Shard& shard = ShardOf(root);
  const std::scoped_lock lock(shard.mutex);
  if (!Reserve(shard.windows.contains(window) ? 0 : 1, 1)) return false;
  const auto found = shard.windows.find(window);
  if (found != shard.windows.end() && found->second.window.size() > 0) {
    time = std::max(time, found->second.window.newest());
  }
  Add(shard, root, window, period, time);
  return true;
}

void RateTable::MoveBack(Time now) {
  for (Shard& shard : *shards_) {
    const std::scoped_lock lock(shard.mutex);
    for (auto& [digest, entry] : shard.windows) {
      entry.window.MoveBack(now.time_since_epoch().count());
    }
    for (Due& due : shard.due) due.time = 0;  // all equal, so still a heap; the sweep corrects them
  }
}

std::vector<std::unique_lock<std::mutex>> RateTable::LockAll() {
  std::vector<std::unique_lock<std::mutex>> locks;
  locks.reserve(kShards);
  for (Shard& shard : *shards_) locks.emplace_back(shard.mutex);
  return locks;
}

}  // namespace callgate::ledger
