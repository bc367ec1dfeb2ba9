// Runs a scenario through the C++ gate and prints one decision a line as JSON:
//   gate SCENARIO.json
// or measures the cost of a decision next to one bare libsodium verification:
//   gate --cost SCENARIO.json
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "callgate/callgate.h"

namespace {

using callgate::Time;
using std::chrono::milliseconds;

// The demonstration has no use for an error but to show it and stop.
template <typename T>
T OrDie(callgate::Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::cerr << result.error().message << " (" << result.error().where << ")\n";
  std::_Exit(2);
}

std::string_view Text(callgate::json::Value object, std::string_view key) {
  return object.Find(key).value().string();
}

std::unique_ptr<callgate::Gate> MakeGate(callgate::json::Value scenario) {
  std::string jwks;
  callgate::json::WriteLexical(scenario.Find("issuer_keys").value(),
                               callgate::json::KeyOrder::kCodePoint, jwks);
  return OrDie(callgate::Gate::Create(OrDie(callgate::PolicySet::Parse(Text(scenario, "policy"))),
                                      OrDie(callgate::IssuerKeys::FromJwks(jwks))));
}

void PrintDecision(const callgate::Decision& decision) {
  std::string line = decision.allowed() ? "{\"allowed\":true" : "{\"allowed\":false";
  line += ",\"code_name\":";
  if (const auto code = decision.code()) {
    callgate::json::AppendString(callgate::CodeName(*code), line);
  } else {
    line += "null";
  }
  line += ",\"payload\":";
  callgate::json::AppendString(decision.payload(), line);
  line += ",\"reason\":";
  callgate::json::AppendString(decision.reason(), line);
  std::cout << line << "}\n";
}

void Run(callgate::json::Value scenario) {
  const auto gate = MakeGate(scenario);
  const Time start{milliseconds{scenario.Find("now")->integer().value()}};
  for (const callgate::json::Value step : scenario.Find("steps")->elements()) {
    const std::string_view op = Text(step, "op");
    if (op == "open") {
      const auto key = OrDie(callgate::PublicKey::FromBase64(Text(step, "public_key")));
      OrDie(gate->OpenSession(Text(step, "token"), key, std::nullopt, start));
    } else if (op == "revoke") {
      OrDie(gate->RevokeSession(Text(step, "session")));
    } else {
      const std::chrono::seconds later{step.Find("later")->integer().value()};
      const std::string envelope = callgate::Base64Decode(Text(step, "envelope")).value();
      PrintDecision(gate->Authorize(envelope, start + later));
    }
  }
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

template <typename Function>
double Microseconds(Function function) {
  const auto begin = std::chrono::steady_clock::now();
  function();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
      .count();
}

// Each call is decided once, since a second time it would be a replay. Both sides see the same
// message, in turn, so that a machine that changes its speed changes both.
void MeasureCost(callgate::json::Value scenario) {
  constexpr int kCalls = 2000;
  const Time start{milliseconds{scenario.Find("now")->integer().value()}};
  const auto issuer = callgate::SecretKey::Generate();
  const auto agent = callgate::SecretKey::Generate();
  const auto gate =
      OrDie(callgate::Gate::Create(OrDie(callgate::PolicySet::Parse(Text(scenario, "policy"))),
                                   OrDie(callgate::IssuerKeys::FromList({issuer.public_key()}))));
  const std::string token = OrDie(callgate::IssueToken(
      R"({"sub":"exec-cost","scp":"default","jti":"session-cost"})", issuer, start));
  OrDie(gate->OpenSession(token, agent.public_key(), std::nullopt, start));

  std::vector<double> decisions;
  std::vector<double> verifications;
  for (int i = 0; i < kCalls; ++i) {
    const std::string payload =
        R"({"jsonrpc":"2.0","id":)" + std::to_string(i) +
        R"(,"method":"tools/call","params":{"name":"fs.write","arguments":{"path":"/workspace/)" +
        R"(output.txt","content":")" + std::string(450, 'x') + R"("}}})";
    const std::string envelope = OrDie(callgate::CreateEnvelope(payload, token, agent, start));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(start).time_since_epoch();
    const std::string message = OrDie(callgate::CanonicalMessage(payload, token, seconds.count()));
    const callgate::Signature signature = agent.Sign(message);
    bool verified = false;
    verifications.push_back(Microseconds([&] {
      verified = crypto_sign_verify_detached(
                     signature.data(), reinterpret_cast<const unsigned char*>(message.data()),
                     message.size(), agent.public_key().bytes().data()) == 0;
    }));
    bool allowed = false;
    decisions.push_back(
        Microseconds([&] { allowed = gate->Authorize(envelope, start).allowed(); }));
    if (!allowed || !verified) std::_Exit(2);
  }
  const double decision = Median(decisions);
  const double verification = Median(verifications);
  std::cout << "{\"calls\":" << kCalls << ",\"decision_us\":" << decision
            << ",\"verification_us\":" << verification << ",\"ratio\":" << decision / verification
            << "}\n";
}

}  // namespace

int main(int argc, char** argv) {
  const bool cost = argc == 3 && std::string_view(argv[1]) == "--cost";
  if (argc != 2 && !cost) {
    std::cerr << "usage: gate [--cost] SCENARIO.json\n";
    return 2;
  }
  std::ifstream file(argv[argc - 1], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const callgate::json::Document scenario = OrDie(callgate::json::Parse(text));
  cost ? MeasureCost(scenario.root()) : Run(scenario.root());
  return 0;
}
