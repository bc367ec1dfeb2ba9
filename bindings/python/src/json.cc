#include "callgate/json.h"

#include <string>

#include "border.h"
#include "errors.h"
#include "topics.h"

namespace callgate::python {
namespace {

py::bytes Canonicalize(py::handle text) {
  const Input input(text, "text");
  auto canonical =
      WithoutGilWhenLarge(input.view().size(), [&] { return json::Canonicalize(input.view()); });
  return Bytes(Take(Raises::kJson, std::move(canonical)));
}

}  // namespace

void RegisterJson(py::module_& module) {
  module.def("canonicalize", &Canonicalize, py::arg("text"),
             "The RFC 8785 form of a JSON text, as bytes. Raises JsonError.");
}

}  // namespace callgate::python
