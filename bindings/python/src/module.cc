// The table of contents of callgate._native: what each topic registers.
#include <pybind11/pybind11.h>

#include <string_view>

#include "callgate/json.h"

namespace py = pybind11;

namespace {

py::bytes Canonicalize(const py::bytes& text) {
  const std::string_view view = text;
  const auto canonical = [&] {
    const py::gil_scoped_release release;
    return callgate::json::Canonicalize(view);
  }();
  if (!canonical.ok()) throw py::value_error(canonical.error().message);
  return *canonical;
}

}  // namespace

// The core guards its own state, so the GIL need not.
PYBIND11_MODULE(_native, m, py::mod_gil_not_used()) {
  m.attr("__version__") = CALLGATE_VERSION;
  m.def("canonicalize", &Canonicalize);
}
