#include "errors.h"

#include "border.h"
#include "topics.h"

namespace callgate::python {
namespace {

const char* ClassName(Raises raises) {
  switch (raises) {
    case Raises::kCallgate:
      return "CallgateError";
    case Raises::kJson:
      return "JsonError";
    case Raises::kKeyFormat:
      return "KeyFormatError";
    case Raises::kPolicy:
      return "PolicyError";
    case Raises::kToken:
      return "TokenError";
    case Raises::kEnvelope:
      return "EnvelopeError";
    case Raises::kSession:
      return "SessionError";
  }
  return "CallgateError";
}

// (name, number on SMCP paths and in the API, number on SEAL paths, when it is reported)
py::list ErrorCodes() {
  py::list table;
#define CALLGATE_ERROR_CODE(constant, name, smcp, seal, when) \
  table.append(py::make_tuple(name, smcp, seal, when));
#include "callgate/error_codes.inc"
#undef CALLGATE_ERROR_CODE
  return table;
}

}  // namespace

void Raise(Raises raises, const Error& error) {
  const py::object type = py::module_::import("callgate._errors").attr(ClassName(raises));
  const py::object exception =
      type(Text(error.message), Text(CodeName(error.code)), TextOrNone(error.where));
  PyErr_SetObject(type.ptr(), exception.ptr());
  throw py::error_already_set();
}

void RegisterErrors(py::module_& module) { module.def("error_codes", &ErrorCodes); }

}  // namespace callgate::python
