// How JavaScript holds policies: Handle<PolicySet>.
#ifndef CALLGATE_BINDINGS_NODE_POLICY_SET_H_
#define CALLGATE_BINDINGS_NODE_POLICY_SET_H_

#include <napi.h>

#include "callgate/policy.h"

namespace callgate::node {

Napi::Value NewPolicySet(Napi::Env env, PolicySet policy);

// policyLoad(path, limits): a promise. Reading and compiling happen on a thread of the pool.
Napi::Value PolicyLoad(const Napi::CallbackInfo& info);

}  // namespace callgate::node

#endif  // CALLGATE_BINDINGS_NODE_POLICY_SET_H_
