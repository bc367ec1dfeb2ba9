#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include <cstdlib>
#include <cstring>
#include <memory>

#include "bench/inputs.h"
#include "bench/operation.h"
#include "callgate/ledger.h"

namespace callgate::bench {
namespace {

// Heap bytes in use, mapped blocks included, as glibc counts them.
double HeapBytes() {
#if defined(__GLIBC__)
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
#else
  return 0;
#endif
}

// A ledger with `live` entries in it, into which envelopes keep coming as fast as they expire.
struct FullLedger {
  explicit FullLedger(std::uint64_t live)
      : per_second(live / 31), key{SessionKey().public_key(), {}} {  // 30 s, to the end of a second
    Limits limits;
    limits.max_replay_entries = 2 * live;
    limits.max_replay_entries_per_session = 2 * live;
    const double before = HeapBytes();
    ledger = std::make_unique<Ledger>(limits, std::chrono::seconds(30));
    while (n < live) Insert();
    heap_bytes = HeapBytes() - before;
  }

  void Insert() {
    std::memcpy(key.signature.data(), &n, sizeof n);
    const Time now = kNow + std::chrono::milliseconds(n * 1000 / per_second);
    ++n;
    Require(std::holds_alternative<Committed>(ledger->Commit(key, now, {}, now)), "commit");
  }

  std::map<std::string, double> Figures() const {
    const LedgerUsage usage = ledger->usage();
    const auto live = static_cast<double>(usage.replay_entries);
    return {{"live", live},
            {"bytes_per_entry", static_cast<double>(usage.replay_bytes) / live},
            {"heap_bytes_per_entry", heap_bytes / live}};
  }

  std::uint64_t n = 0;
  std::uint64_t per_second;
  ReplayKey key;
  double heap_bytes = 0;
  std::unique_ptr<Ledger> ledger;
};

Operation InsertWithExpiry(const std::string& name, std::uint64_t live, std::size_t counted_runs) {
  return {name,
          [live](std::size_t) -> Prepared {
            auto full = std::make_shared<FullLedger>(live);
            return {.run = [full] { full->Insert(); },
                    .figures = [full] { return full->Figures(); }};
          },
          counted_runs};
}

}  // namespace

std::vector<Operation> LedgerOperations() {
  return {InsertWithExpiry("ledger/insert_10k", 10'000, 1024),
          InsertWithExpiry("ledger/insert_1M", 1'000'000, 0),
          InsertWithExpiry("ledger/insert_10M", 10'000'000, 0)};
}

}  // namespace callgate::bench
