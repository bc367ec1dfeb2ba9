// callgate.Decision: a C++ Decision in a Python object, whose properties are read when asked for.
#ifndef CALLGATE_BINDINGS_PYTHON_DECISION_H_
#define CALLGATE_BINDINGS_PYTHON_DECISION_H_

#include "border.h"
#include "callgate/decision.h"

namespace callgate::python {

py::object Wrap(Decision decision);
// Raises TypeError for anything else. Lives as long as the object.
const Decision& DecisionOf(py::handle object);

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_DECISION_H_
