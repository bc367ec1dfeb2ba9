// The base of callgate.PolicySet: a C++ PolicySet in a Python object.
#ifndef CALLGATE_BINDINGS_PYTHON_POLICY_SET_H_
#define CALLGATE_BINDINGS_PYTHON_POLICY_SET_H_

#include "border.h"
#include "callgate/policy.h"

namespace callgate::python {

// An object of `type`, the base or a subclass.
py::object Wrap(PolicySet policy, py::handle type);
// The base itself, for values that come from the core.
py::handle PolicySetType();
// TypeError for anything but a PolicySet.
const PolicySet& PolicySetOf(py::handle object);

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_POLICY_SET_H_
