// What names of arguments say, and which characters are never shown as they are.
#include "border.h"
#include "callgate/hidden_characters.h"
#include "callgate/key_classes.h"
#include "topics.h"

namespace callgate::python {
namespace {

py::tuple ClassesOf(py::handle key) {
  const Input name(key, "key", Accept::kText);
  py::list names;
  for (const std::string_view one : ClassesOfKey(name.view())) names.append(Text(one));
  return py::tuple(names);
}

py::tuple HiddenRanges() {
  py::list ranges;
  for (const CharacterRange& range : kHiddenCharacters) {
    ranges.append(py::make_tuple(range.first, range.last));
  }
  return py::tuple(ranges);
}

}  // namespace

void RegisterWords(py::module_& module) {
  module.def("key_classes", &ClassesOf, py::arg("key"));
  module.attr("HIDDEN_CHARACTERS") = HiddenRanges();
}

}  // namespace callgate::python
