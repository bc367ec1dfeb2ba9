// The table of contents of callgate._native: what each topic registers.
#include <pybind11/pybind11.h>

#include "topics.h"

namespace py = pybind11;

// Nothing here or in the core relies on the GIL: what can change guards itself.
PYBIND11_MODULE(_native, module, py::mod_gil_not_used()) {
  py::options options;
  options.disable_function_signatures();  // _native.pyi states them
  module.attr("__version__") = CALLGATE_VERSION;

  callgate::python::RegisterErrors(module);
  callgate::python::RegisterJson(module);
  callgate::python::RegisterPublicKey(module);
  callgate::python::RegisterSecretKey(module);
  callgate::python::RegisterLimits(module);
  callgate::python::RegisterToken(module);
  callgate::python::RegisterEnvelope(module);
  callgate::python::RegisterTriedCapability(module);
  callgate::python::RegisterDecision(module);
  callgate::python::RegisterPolicySet(module);
  callgate::python::RegisterPolicy(module);
  callgate::python::RegisterContainment(module);
  callgate::python::RegisterDifference(module);
  callgate::python::RegisterSession(module);
  callgate::python::RegisterPlan(module);
  callgate::python::RegisterGate(module);
  callgate::python::RegisterGuard(module);
  callgate::python::RegisterFlatObject(module);
  callgate::python::RegisterAudit(module);
  callgate::python::RegisterDurableAppend(module);
  callgate::python::RegisterAppendThread(module);
  callgate::python::RegisterWords(module);
  callgate::python::RegisterTrust(module);
  callgate::python::RegisterSeenTable(module);
  callgate::python::RegisterAttestedMessage(module);
  callgate::python::RegisterAttestationVerdict(module);
  callgate::python::RegisterAttestation(module);
}
