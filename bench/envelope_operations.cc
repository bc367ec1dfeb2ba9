#include <memory>

#include "bench/inputs.h"
#include "bench/operation.h"
#include "callgate/envelope.h"

namespace callgate::bench {
namespace {

Prepared PrepareVerify(std::size_t pool) {
  auto envelopes = std::make_shared<std::vector<std::string>>();
  const std::string token = Token(0);
  for (std::size_t i = 0; i < pool; ++i) envelopes->push_back(EnvelopeBytes(i, token));
  return {.run = [envelopes, key = SessionKey().public_key(), i = std::size_t{0}]() mutable {
    Require(VerifyEnvelope((*envelopes)[i], key).ok(), "an envelope did not verify");
    if (++i == envelopes->size()) i = 0;
  }};
}

Prepared PrepareCreate(std::size_t) {
  return {.run = [token = Token(0), payload = Payload(0)] {
    Require(CreateEnvelope(payload, token, SessionKey(), kNow).ok(), "create");
  }};
}

}  // namespace

std::vector<Operation> EnvelopeOperations() {
  return {{"envelope/verify", PrepareVerify}, {"envelope/create", PrepareCreate}};
}

}  // namespace callgate::bench
