// callgate_time: Google Benchmark over every operation. tools/bench.py runs it, pinned, with random
// interleaving, and reads its JSON.
#include <benchmark/benchmark.h>

#include <memory>
#include <optional>

#include "bench/operation.h"

namespace callgate::bench {
namespace {

// 2 MB of envelopes: what a server receives is not in the nearest cache either.
constexpr std::size_t kPool = 2048;

void Register(const Operation& operation) {
  // Prepared once, at its first run, however often it is repeated.
  auto prepared = std::make_shared<std::optional<Prepared>>();
  benchmark::RegisterBenchmark(operation.name.c_str(),
                               [operation, prepared](benchmark::State& state) {
                                 if (!*prepared) *prepared = operation.prepare(kPool);
                                 Prepared& work = **prepared;
                                 work.restore();
                                 std::size_t left = work.batch;
                                 for (auto _ : state) {
                                   if (left-- == 0) {
                                     state.PauseTiming();
                                     work.restore();
                                     left = work.batch - 1;
                                     state.ResumeTiming();
                                   }
                                   work.run();
                                 }
                                 for (const auto& [name, value] : work.figures())
                                   state.counters[name] = value;
                               });
}

}  // namespace
}  // namespace callgate::bench

int main(int argc, char** argv) {
  for (const auto& operation : callgate::bench::AllOperations()) {
    callgate::bench::Register(operation);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
