#include <memory>
#include <string>
#include <utility>

#include "bench/inputs.h"
#include "bench/operation.h"
#include "callgate/guard.h"

namespace callgate::bench {
namespace {

constexpr char kArguments[] = R"({"path":"/workspace/project/src/main.py","encoding":"utf-8"})";

// A guard, and a clock that goes on by a millisecond each call: the table of rates forgets as fast
// as it grows.
struct World {
  Guard guard{Require(PolicySet::Parse(GuardedPolicy()), "a policy")};
  json::Document arguments = Require(json::Parse(kArguments), "arguments");
  Time now = kNow;
};

Operation CheckParsed(std::string name, std::string tool) {
  return {std::move(name),
          [tool = std::move(tool)](std::size_t) -> Prepared {
            return {.run = [world = std::make_shared<World>(), tool] {
              world->now += std::chrono::milliseconds(1);
              const Decision decision = world->guard.Check("agent-7", "guarded", tool,
                                                           world->arguments.root(), world->now);
              Require(decision.allowed(), "check");
            }};
          },
          256, 2048};
}

Prepared PrepareBytes(std::size_t) {
  return {.run = [world = std::make_shared<World>()] {
    world->now += std::chrono::milliseconds(1);
    const Decision decision =
        world->guard.Check("agent-7", "guarded", "fs.write", kArguments, world->now);
    Require(decision.allowed(), "check");
  }};
}

}  // namespace

std::vector<Operation> GuardOperations() {
  return {CheckParsed("guard/check", "fs.read"),
          CheckParsed("guard/check_rate", "fs.write"),
          {"guard/check_rate_bytes", PrepareBytes, 256, 2048}};
}

}  // namespace callgate::bench
