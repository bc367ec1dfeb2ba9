// callgate_baseline FOLDER: writes the inputs of the benchmarks in other languages to FOLDER, says
// "ready", and then, for every line of standard input, answers with the nanoseconds that one bare
// libsodium verification takes, measured over a hundredth of a second: "attestation", "envelope" or
// "token".
// Measured beside the drivers, on their core, it is the V of their ratios.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "bench/attestation_inputs.h"
#include "bench/inputs.h"
#include "bench/operation.h"

namespace callgate::bench {
namespace {

constexpr std::size_t kEnvelopes = 512;

void Write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  Require(file.good(), "cannot write the inputs");
}

void WriteInputs(const std::string& folder) {
  std::string lines;
  const std::string token = Token(0);
  for (std::size_t i = 0; i < kEnvelopes; ++i) lines += EnvelopeBytes(i, token) + "\n";
  Write(folder + "/envelopes.jsonl", lines);
  Write(folder + "/token.txt", token);
  Write(folder + "/attestation_token.txt", AttestationToken());
  Write(folder + "/attestation_bound_token.txt", BoundAttestationToken());
  Write(folder + "/attestation_proof.txt", AttestationProof());
  Write(folder + "/attestation_claims.json", AttestationClaims());
  Write(folder + "/session_key.jwk", SessionKey().public_key().ToJwk());
  Write(folder + "/issuer_key.jwk", IssuerKey().public_key().ToJwk());
  Write(folder + "/issuer_key.pem", IssuerKey().public_key().ToPem());
  Write(folder + "/session_policy.yaml", SessionPolicy());
  Write(folder + "/guarded_policy.yaml", GuardedPolicy());
  for (const std::size_t count : {4, 100, 1'000, 10'000}) {
    Write(folder + "/wide_policy_" + std::to_string(count) + ".json", WidePolicy(count));
  }
  Write(folder + "/payload.json", Payload(0));
  Write(folder + "/large.json", LargeDocument());
}

double NanosecondsOfOne(Prepared& work) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  std::size_t runs = 0;
  Clock::duration passed{};
  for (; passed < std::chrono::milliseconds(10); passed = Clock::now() - start) {
    for (int i = 0; i < 16; ++i) work.run();
    runs += 16;
  }
  return std::chrono::duration<double, std::nano>(passed).count() / static_cast<double>(runs);
}

int Serve() {
  constexpr std::string_view kPrefix = "signature/";
  std::map<std::string, Prepared> works;
  for (const Operation& operation : AllOperations()) {
    if (!operation.name.starts_with(kPrefix)) continue;
    works.emplace(operation.name.substr(kPrefix.size()), operation.prepare(kEnvelopes));
  }
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    const auto work = works.find(line);
    Require(work != works.end(), "there is no such signature");
    std::cout << NanosecondsOfOne(work->second) << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace callgate::bench

int main(int argc, char** argv) {
  callgate::bench::Require(argc == 2, "callgate_baseline FOLDER");
  callgate::bench::WriteInputs(argv[1]);
  return callgate::bench::Serve();
}
