// callgate_threads: how much two threads on two cores do of what one does, as lines of JSON. One
// gate, one policy and one session for all; bare libsodium beside it, as the machine's own limit.
#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/inputs.h"
#include "bench/operation.h"
#include "callgate/gate.h"

namespace callgate::bench {
namespace {

constexpr std::size_t kCalls = 1024;  // of each thread
constexpr int kRounds = 15;
using Clock = std::chrono::steady_clock;
using Work = std::function<void(std::size_t thread, std::size_t call)>;

void PinTo([[maybe_unused]] std::size_t core) {
#if defined(__linux__)
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);
#endif
}

// Seconds until all threads have done their calls. Thread i runs on core `first` + i.
double Seconds(std::size_t threads, std::size_t first, const Work& work) {
  std::atomic<std::size_t> ready{0};
  std::vector<Clock::time_point> begins(threads);
  std::vector<Clock::time_point> ends(threads);
  std::vector<std::thread> running;
  for (std::size_t t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      PinTo((first + t) % 2);
      ++ready;
      while (ready < threads) std::this_thread::yield();
      begins[t] = Clock::now();
      for (std::size_t i = 0; i < kCalls; ++i) work(t, i);
      ends[t] = Clock::now();
    });
  }
  for (std::thread& thread : running) thread.join();
  return std::chrono::duration<double>(*std::max_element(ends.begin(), ends.end()) -
                                       *std::min_element(begins.begin(), begins.end()))
      .count();
}

// `prepare` gives work that was not done before, for two threads.
void Report(const char* name, const std::function<Work()>& prepare) {
  std::printf("{\"name\": \"%s\", \"speedups\": [", name);
  for (int round = 0; round < kRounds; ++round) {
    const double alone = (Seconds(1, 0, prepare()) + Seconds(1, 1, prepare())) / 2;
    const double together = Seconds(2, 0, prepare());
    std::printf("%s%.3f", round == 0 ? "" : ", ", 2 * alone / together);
  }
  std::printf("]}\n");
}

void ReportAll() {
  const std::string token = Token(0);
  std::vector<Signed> messages;
  std::vector<std::string> envelopes;
  for (std::size_t i = 0; i < 2 * kCalls; ++i) {
    messages.push_back(SignedMessage(i, token));
    envelopes.push_back(EnvelopeBytes(i, token));
  }
  Report("threads/signature", [&]() -> Work {
    return [&](std::size_t thread, std::size_t call) {
      Require(SodiumVerify(messages[thread * kCalls + call], SessionKey().public_key()), "verify");
    };
  });
  const auto policy = Require(PolicySet::Parse(SessionPolicy()), "a policy");
  Report("threads/authorize", [&]() -> Work {
    GateOptions options;
    options.token = Expectations();
    std::shared_ptr<Gate> gate = Require(Gate::Create(policy, Issuers(), options), "gate");
    Require(gate->OpenSession(token, SessionKey().public_key(), std::nullopt, kNow), "a session");
    return [&envelopes, gate](std::size_t thread, std::size_t call) {
      Require(gate->Authorize(envelopes[thread * kCalls + call], kNow).allowed(), "authorize");
    };
  });
}

}  // namespace
}  // namespace callgate::bench

int main() {
  callgate::bench::ReportAll();
  return 0;
}
