#include <memory>
#include <utility>

#include "bench/inputs.h"
#include "bench/operation.h"

namespace callgate::bench {
namespace {

Prepared PrepareVerification(std::vector<Signed> inputs, const PublicKey& key) {
  auto shared = std::make_shared<const std::vector<Signed>>(std::move(inputs));
  return {.run = [shared, key, i = std::size_t{0}]() mutable {
    Require(SodiumVerify((*shared)[i], key), "a signature did not verify");
    if (++i == shared->size()) i = 0;
  }};
}

Prepared PrepareMessages(std::size_t pool) {
  std::vector<Signed> inputs;
  const std::string token = Token(0);
  for (std::size_t i = 0; i < pool; ++i) inputs.push_back(SignedMessage(i, token));
  return PrepareVerification(std::move(inputs), SessionKey().public_key());
}

Prepared PrepareTokens(std::size_t pool) {
  std::vector<Signed> inputs;
  for (std::size_t i = 0; i < pool; ++i) inputs.push_back(SignedToken(Token(i)));
  return PrepareVerification(std::move(inputs), IssuerKey().public_key());
}

}  // namespace

std::vector<Operation> CryptoOperations() {
  return {{"signature/envelope", PrepareMessages}, {"signature/token", PrepareTokens}};
}

}  // namespace callgate::bench
