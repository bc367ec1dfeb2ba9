// callgate_count [FILTER]: the heap allocations of every operation, as lines of JSON (the mean, and
// what most runs make: tables grow now and then), and, under
//   valgrind --tool=callgrind --toggle-collect=callgate_measured --dump-after=callgate_measured
// its instructions: one dump for each line. Unlike times they do not depend on what else the
// machine does.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "bench/operation.h"

namespace {

std::uint64_t allocations = 0;  // the program has one thread

}  // namespace

// Every allocation of the process goes through here: those of operator new, of malloc in the core,
// and of the libraries it uses. Counted with glibc only.
extern "C" {
#if defined(__GLIBC__)
// NOLINTBEGIN(bugprone-reserved-identifier): the names glibc gives them.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
// NOLINTEND(bugprone-reserved-identifier)

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) {
  ++allocations;
  return __libc_realloc(block, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
#endif

// `counts` receives the number of allocations before each run, and after the last.
[[gnu::noinline]] void callgate_measured(callgate::bench::Prepared* work, std::size_t runs,
                                         std::uint64_t* counts) {
  for (std::size_t i = 0; i < runs; ++i) {
    *counts++ = allocations;
    work->run();
  }
  *counts = allocations;
}
}

int main(int argc, char** argv) {
  const std::string filter = argc > 1 ? argv[1] : "";
  for (const auto& operation : callgate::bench::AllOperations()) {
    const std::size_t runs = operation.counted_runs;
    if (runs == 0 || operation.name.find(filter) == std::string::npos) continue;
    const std::size_t warm_up = runs == 1 ? 0 : operation.warm_up;
    callgate::bench::Prepared work = operation.prepare(runs + warm_up);
    work.restore();
    for (std::size_t i = 0; i < warm_up; ++i) work.run();
    std::vector<std::uint64_t> counts(runs + 1);
    callgate_measured(&work, runs, counts.data());
    const std::uint64_t made = counts[runs] - counts[0];
    std::adjacent_difference(counts.begin(), counts.end(), counts.begin());
    std::sort(counts.begin() + 1, counts.end());
    std::printf("{\"name\": \"%s\", \"runs\": %zu, \"allocations\": %.2f, \"usual\": %llu}\n",
                operation.name.c_str(), runs, static_cast<double>(made) / static_cast<double>(runs),
                static_cast<unsigned long long>(counts[1 + (runs - 1) / 2]));
    std::fflush(stdout);
  }
  return 0;
}
