// How JavaScript holds keys: Handle<PublicKey>, and Handle<HeldSecretKey>, which close() empties.
#ifndef CALLGATE_BINDINGS_NODE_KEYS_H_
#define CALLGATE_BINDINGS_NODE_KEYS_H_

#include <napi.h>

#include <optional>

#include "callgate/crypto.h"

namespace callgate::node {

using HeldSecretKey = std::optional<SecretKey>;

Napi::Value NewPublicKey(Napi::Env env, const PublicKey& key);

}  // namespace callgate::node

#endif  // CALLGATE_BINDINGS_NODE_KEYS_H_
