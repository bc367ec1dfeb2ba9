#include "charge.h"

namespace callgate::python {

py::tuple ChargesOf(const std::vector<RateCharge>& charges) {
  if (charges.empty()) return py::tuple();
  const py::object type = py::module_::import("callgate._charge").attr("Charge");
  py::list values;
  for (const RateCharge& charge : charges) {
    values.append(type(Text(charge.Key()), charge.calls, charge.per_seconds));
  }
  return py::tuple(values);
}

}  // namespace callgate::python
