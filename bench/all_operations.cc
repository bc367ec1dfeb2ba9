#include <iterator>
#include <utility>

#include "bench/operation.h"

namespace callgate::bench {

std::vector<Operation> AllOperations() {
  std::vector<Operation> all;
  for (auto* const operations :
       {CryptoOperations, JsonOperations, TokenOperations, EnvelopeOperations, PolicyOperations,
        LedgerOperations, GateOperations, GuardOperations, AttestationOperations}) {
    std::vector<Operation> some = operations();
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace callgate::bench
