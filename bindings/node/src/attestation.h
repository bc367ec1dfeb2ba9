// What the topics of attestation hand to each other.
#ifndef CALLGATE_BINDINGS_NODE_ATTESTATION_H_
#define CALLGATE_BINDINGS_NODE_ATTESTATION_H_

#include <memory>

#include "callgate/seen_table.h"

namespace callgate::node {

using HeldSeenTable = std::unique_ptr<SeenTable>;

}  // namespace callgate::node

#endif  // CALLGATE_BINDINGS_NODE_ATTESTATION_H_
