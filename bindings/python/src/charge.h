// RateCharge as callgate.Charge.
#ifndef CALLGATE_BINDINGS_PYTHON_CHARGE_H_
#define CALLGATE_BINDINGS_PYTHON_CHARGE_H_

#include <vector>

#include "border.h"
#include "callgate/decision.h"

namespace callgate::python {

py::tuple ChargesOf(const std::vector<RateCharge>& charges);

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_CHARGE_H_
