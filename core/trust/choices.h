// Which presented certificates to build a path from.
#ifndef CALLGATE_CORE_TRUST_CHOICES_H_
#define CALLGATE_CORE_TRUST_CHOICES_H_

#include <cstddef>
#include <vector>

#include "core/trust/presented_chain.h"

namespace callgate::trust {

// libcrypto takes one issuer of a name and never comes back to another. So of the certificates that
// have one subject, each choice holds one. Empty where all subjects differ; at most 8 choices.
// Each is a list of places in the presented chain, without the leaf.
std::vector<std::vector<std::size_t>> ChoicesAmongTwins(const PresentedChain& chain);

}  // namespace callgate::trust

#endif  // CALLGATE_CORE_TRUST_CHOICES_H_
