// Limits as callgate.Limits.
#ifndef CALLGATE_BINDINGS_PYTHON_LIMITS_H_
#define CALLGATE_BINDINGS_PYTHON_LIMITS_H_

#include "border.h"
#include "callgate/limits.h"

namespace callgate::python {

// Of a callgate.Limits, which has checked its values, or None.
Limits LimitsFrom(py::handle limits);

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_LIMITS_H_
