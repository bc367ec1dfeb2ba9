// RFC 8785 text of an object whose values are no containers, straight from the Python values.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "border.h"
#include "callgate/json.h"
#include "topics.h"

namespace callgate::python {
namespace {

constexpr long long kExact = (1LL << 53) - 1;

// False, with no error set: a lone surrogate, which no JSON text can hold.
bool View(py::handle text, std::string_view& view) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
  if (bytes == nullptr) {
    PyErr_Clear();
    return false;
  }
  view = {bytes, static_cast<std::size_t>(size)};
  return true;
}

bool PutFloat(double value, std::string& out) {
  if (!(value >= -kExact && value <= kExact)) return false;
  char* digits = PyOS_double_to_string(value, 'r', 0, 0, nullptr);
  if (digits == nullptr) throw py::error_already_set();
  const Result<std::string> number = json::Canonicalize(digits);
  PyMem_Free(digits);
  if (number.ok()) out += number.value();
  return number.ok();
}

bool PutInteger(py::handle value, std::string& out) {
  int overflow = 0;
  const long long integer = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
  if (overflow != 0 || integer < -kExact || integer > kExact) return false;
  out += std::to_string(integer);
  return true;
}

bool PutValue(py::handle value, std::string& out) {
  PyObject* const object = value.ptr();
  if (PyUnicode_Check(object)) {
    std::string_view text;
    if (!View(value, text)) return false;
    json::AppendString(text, out);
    return true;
  }
  if (object == Py_None || PyBool_Check(object)) {
    out += object == Py_None ? "null" : object == Py_True ? "true" : "false";
    return true;
  }
  if (PyLong_CheckExact(object)) return PutInteger(value, out);
  return PyFloat_CheckExact(object) && PutFloat(PyFloat_AS_DOUBLE(object), out);
}

py::object FlatObject(const py::dict& fields) {
  std::vector<std::pair<std::string_view, py::handle>> members;
  members.reserve(fields.size());
  for (const auto& [key, value] : fields) {
    std::string_view name;
    // Keys in ASCII alone have one order.
    if (!PyUnicode_CheckExact(key.ptr()) || !PyUnicode_IS_ASCII(key.ptr()) || !View(key, name)) {
      return py::none();
    }
    members.emplace_back(name, value);
  }
  std::ranges::sort(members, {}, [](const auto& member) { return member.first; });
  std::string out;
  out.reserve(1024);
  for (const auto& [name, value] : members) {
    out += out.empty() ? '{' : ',';
    json::AppendString(name, out);
    out += ':';
    if (!PutValue(value, out)) return py::none();
  }
  out += out.empty() ? "{}" : "}";
  return Bytes(out);
}

}  // namespace

void RegisterFlatObject(py::module_& module) {
  module.def("flat_object", &FlatObject, py::arg("fields"));
}

}  // namespace callgate::python
