#include <memory>

#include "bench/inputs.h"
#include "bench/operation.h"
#include "callgate/token.h"

namespace callgate::bench {
namespace {

Prepared PrepareVerify(std::size_t pool) {
  auto tokens = std::make_shared<std::vector<std::string>>();
  for (std::size_t i = 0; i < pool; ++i) tokens->push_back(Token(i));
  const TokenExpectations expectations = Expectations();
  return {.run = [tokens, keys = Issuers(), expectations, i = std::size_t{0}]() mutable {
    Require(VerifyToken((*tokens)[i], keys, kNow, expectations).ok(), "a token did not verify");
    if (++i == tokens->size()) i = 0;
  }};
}

}  // namespace

std::vector<Operation> TokenOperations() { return {{"token/verify", PrepareVerify}}; }

}  // namespace callgate::bench
