// callgate.TriedCapability.
#include <string>

#include "border.h"
#include "callgate/decision.h"
#include "topics.h"

namespace callgate::python {
namespace {

std::string ReprTried(const TriedCapability& tried) {
  return "<TriedCapability " + std::to_string(tried.capability) + ", " +
         std::string(CodeName(tried.code)) + ", " + std::string(tried.rule) + ">";
}

}  // namespace

void RegisterTriedCapability(py::module_& module) {
  py::class_<TriedCapability>(module, "TriedCapability", py::is_final(),
                              "What one capability answered to a call that it did not allow.")
      .def_readonly("capability", &TriedCapability::capability)
      .def_property_readonly("code",
                             [](const TriedCapability& tried) { return CodeNumber(tried.code); })
      .def_property_readonly("code_name",
                             [](const TriedCapability& tried) { return CodeName(tried.code); })
      .def_readonly("rule", &TriedCapability::rule)
      .def_property_readonly("where",
                             [](const TriedCapability& tried) { return TextOrNone(tried.where); })
      .def("__repr__", &ReprTried);
}

}  // namespace callgate::python
