// One replay entry recorded, with expiry, while ten million are live.
#include <benchmark/benchmark.h>

#include <chrono>

#include "core/ledger/replay_table.h"
#include "tests/ledger/digests.h"

namespace callgate::ledger {
namespace {

void BM_RecordWithExpiry(benchmark::State& state) {
  const auto live = static_cast<std::uint64_t>(state.range(0));
  const std::uint64_t per_second = live / 31;  // 30 s window, to the end of the second
  ReplayTable table(2 * live, 2 * live, std::chrono::seconds(30));
  std::uint64_t n = 0;
  const auto record = [&] {
    const Time now = kNoon + std::chrono::milliseconds(n * 1000 / per_second);
    return table.Record(
        DigestNumber(n++), SignedSecond(now), kUnattributed, [&] { return std::optional(now); },
        [] { return true; });
  };
  while (n < live) record();
  for (auto _ : state) benchmark::DoNotOptimize(record());
  state.counters["live"] = static_cast<double>(table.size());
  state.counters["bytes_per_entry"] =
      static_cast<double>(table.MemoryBytes()) / static_cast<double>(table.size());
}
BENCHMARK(BM_RecordWithExpiry)->Arg(10'000)->Arg(10'000'000);

}  // namespace
}  // namespace callgate::ledger
