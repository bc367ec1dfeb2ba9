#include "callgate/time.h"

#include "border.h"
#include "topics.h"

namespace callgate::python {

void RegisterTime(py::module_& module) {
  module.attr("EARLIEST_TIME") = kEarliestTime.time_since_epoch().count();
  module.attr("LATEST_TIME") = kLatestTime.time_since_epoch().count();
}

}  // namespace callgate::python
