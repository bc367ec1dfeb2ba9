// What module.cc registers: one function for each topic, each in the file of its name.
#ifndef CALLGATE_BINDINGS_PYTHON_TOPICS_H_
#define CALLGATE_BINDINGS_PYTHON_TOPICS_H_

#include <pybind11/pybind11.h>

namespace callgate::python {

void RegisterErrors(pybind11::module_& module);
void RegisterJson(pybind11::module_& module);
void RegisterPublicKey(pybind11::module_& module);
void RegisterSecretKey(pybind11::module_& module);
void RegisterDecision(pybind11::module_& module);
void RegisterTriedCapability(pybind11::module_& module);
void RegisterPolicySet(pybind11::module_& module);
void RegisterPolicy(pybind11::module_& module);
void RegisterContainment(pybind11::module_& module);
void RegisterDifference(pybind11::module_& module);
void RegisterLimits(pybind11::module_& module);
void RegisterToken(pybind11::module_& module);
void RegisterEnvelope(pybind11::module_& module);
void RegisterSession(pybind11::module_& module);
void RegisterPlan(pybind11::module_& module);
void RegisterGate(pybind11::module_& module);
void RegisterGuard(pybind11::module_& module);
void RegisterFlatObject(pybind11::module_& module);
void RegisterAudit(pybind11::module_& module);
void RegisterDurableAppend(pybind11::module_& module);
void RegisterAppendThread(pybind11::module_& module);
void RegisterWords(pybind11::module_& module);
void RegisterTrust(pybind11::module_& module);
void RegisterSeenTable(pybind11::module_& module);
void RegisterAttestationVerdict(pybind11::module_& module);
void RegisterAttestation(pybind11::module_& module);
void RegisterAttestedMessage(pybind11::module_& module);

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_TOPICS_H_
