#include <memory>
#include <utility>

#include "bench/inputs.h"
#include "bench/operation.h"
#include "callgate/gate.h"

namespace callgate::bench {
namespace {

// Envelopes of one session, each of which can be authorized once, so that a used up pool needs a
// new gate.
struct Calls {
  Calls(std::size_t pool, bool own_tokens) {
    const std::string token = Token(0);
    for (std::size_t i = 0; i < pool; ++i) {
      envelopes.push_back(EnvelopeBytes(i, own_tokens ? Token(i + 1) : token));
    }
  }

  void Restore() {
    GateOptions options;
    options.token = Expectations();
    gate = Require(Gate::Create(policy, issuers, options), "a gate");
    Require(gate->OpenSession(Token(0), SessionKey().public_key(), std::nullopt, kNow),
            "a session");
    next = 0;
    // The token of the session is remembered from its first envelope on at the latest.
    Require(gate->Authorize(warm_up, kNow).allowed(), "the first call");
  }

  void Run() {
    const Decision decision = gate->Authorize(envelopes[next++], kNow);
    Require(decision.allowed(), "a call was denied");
  }

  PolicySet policy = Require(PolicySet::Parse(SessionPolicy()), "a policy");
  IssuerKeys issuers = Issuers();
  std::string warm_up = EnvelopeBytes(1'000'000, Token(0));
  std::vector<std::string> envelopes;
  std::size_t next = 0;
  std::unique_ptr<Gate> gate;
};

Operation Authorize(std::string name, bool own_tokens) {
  return {std::move(name),
          [own_tokens](std::size_t pool) -> Prepared {
            auto calls = std::make_shared<Calls>(pool, own_tokens);
            return {.run = [calls] { calls->Run(); },
                    .batch = pool,
                    .restore = [calls] { calls->Restore(); }};
          },
          64,
          // A ledger in use: the first entries of its shards make room for the others.
          512};
}

}  // namespace

std::vector<Operation> GateOperations() {
  return {Authorize("authorize/known_token", false), Authorize("authorize/new_token", true)};
}

}  // namespace callgate::bench
