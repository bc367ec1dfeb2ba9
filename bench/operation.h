// The work that is measured, defined once: bench/time.cc takes its time, bench/count.cc its
// instructions and heap allocations.
#ifndef CALLGATE_BENCH_OPERATION_H_
#define CALLGATE_BENCH_OPERATION_H_

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "callgate/result.h"

namespace callgate::bench {

inline constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

// An operation with its inputs in memory.
struct Prepared {
  std::function<void()>
      run;  // one operation; ends the program if its answer is not what it must be
  // An envelope can be used once: after `batch` runs, and before the first, restore() is called,
  // and is not measured.
  std::size_t batch = kUnbounded;
  std::function<void()> restore = [] {};
  // Figures that are not times, by name; read after the runs.
  std::function<std::map<std::string, double>()> figures = [] {
    return std::map<std::string, double>();
  };
};

struct Operation {
  std::string name;
  // `pool`: how many different inputs to prepare where each can be used once.
  std::function<Prepared(std::size_t pool)> prepare;
  // Runs whose instructions are counted; 0 for work that is too long under valgrind.
  std::size_t counted_runs = 64;
  // Runs before those.
  std::size_t warm_up = 8;
};

std::vector<Operation> CryptoOperations();
std::vector<Operation> JsonOperations();
std::vector<Operation> TokenOperations();
std::vector<Operation> EnvelopeOperations();
std::vector<Operation> PolicyOperations();
std::vector<Operation> LedgerOperations();
std::vector<Operation> GateOperations();
std::vector<Operation> GuardOperations();
std::vector<Operation> AttestationOperations();

std::vector<Operation> AllOperations();

// A benchmark whose operation fails measures nothing: it stops.
inline void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "benchmark: %s\n", what);
  std::abort();
}

template <typename T>
T Require(Result<T> result, const char* what) {
  if (!result.ok()) std::fprintf(stderr, "%s\n", result.error().message.c_str());
  Require(result.ok(), what);
  return std::move(result).value();
}

}  // namespace callgate::bench

#endif  // CALLGATE_BENCH_OPERATION_H_
