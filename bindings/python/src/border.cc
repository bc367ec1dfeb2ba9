#include "border.h"

#include <cstring>
#include <utility>

namespace callgate::python {
namespace {

const char* Expected(Accept accept) {
  switch (accept) {
    case Accept::kText:
      return "str";
    case Accept::kBytes:
      return "bytes, bytearray or memoryview";
    case Accept::kEither:
      return "str, bytes, bytearray or memoryview";
  }
  return "";
}

[[noreturn]] void RaiseTypeError(const char* name, const char* expected, py::handle object) {
  PyErr_Format(PyExc_TypeError, "%s must be %s, not %.100s", name, expected,
               Py_TYPE(object.ptr())->tp_name);
  throw py::error_already_set();
}

// The compiler may not drop the write, because the asm might read it.
void Wipe(std::string& bytes) {
  if (bytes.empty()) return;
  std::memset(bytes.data(), 0, bytes.size());
  asm volatile("" : : "r"(bytes.data()) : "memory");
}

py::object JsonText(py::handle value, const char* name, bool object) {
  PyObject* const raw = value.ptr();
  if (PyBytes_Check(raw) || PyUnicode_Check(raw) || PyByteArray_Check(raw) ||
      PyMemoryView_Check(raw)) {
    return py::reinterpret_borrow<py::object>(value);
  }
  const auto json = py::module_::import("callgate._json");
  return object ? json.attr("encode_object")(value, name) : json.attr("encode")(value);
}

}  // namespace

Input::Input(py::handle object, const char* name, Accept accept) {
  PyObject* const raw = object.ptr();
  if (accept != Accept::kText && PyBytes_Check(raw)) {
    owner_ = py::reinterpret_borrow<py::object>(object);
    view_ = {PyBytes_AS_STRING(raw), static_cast<std::size_t>(PyBytes_GET_SIZE(raw))};
  } else if (accept != Accept::kBytes && PyUnicode_Check(raw)) {
    ReadText(object, name);
  } else if (accept != Accept::kText && (PyByteArray_Check(raw) || PyMemoryView_Check(raw))) {
    CopyBuffer(object);
  } else {
    RaiseTypeError(name, Expected(accept), object);
  }
}

Input::~Input() { Wipe(copy_); }

void Input::ReadText(py::handle object, const char* name) {
  Py_ssize_t size = 0;
  const char* const text = PyUnicode_AsUTF8AndSize(object.ptr(), &size);
  if (text == nullptr) {
    if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) throw py::error_already_set();
    PyErr_Clear();
    PyErr_Format(PyExc_TypeError, "%s holds a lone surrogate, which is no Unicode text", name);
    throw py::error_already_set();
  }
  owner_ = py::reinterpret_borrow<py::object>(object);
  view_ = {text, static_cast<std::size_t>(size)};
}

void Input::CopyBuffer(py::handle object) {
  Py_buffer buffer;
  if (PyObject_GetBuffer(object.ptr(), &buffer, PyBUF_FULL_RO) != 0) throw py::error_already_set();
  copy_.resize(static_cast<std::size_t>(buffer.len));
  const int failed = PyBuffer_ToContiguous(copy_.data(), &buffer, buffer.len, 'C');
  PyBuffer_Release(&buffer);
  if (failed != 0) throw py::error_already_set();
  view_ = copy_;
}

JsonInput::JsonInput(py::handle value, const char* name, Kind kind)
    : text_(JsonText(value, name, kind == kObject), name) {}

py::bytes Bytes(std::string_view bytes) { return py::bytes(bytes.data(), bytes.size()); }
py::str Text(std::string_view text) { return py::str(text.data(), text.size()); }

py::object BytesOrNone(std::string_view bytes) {
  if (bytes.empty()) return py::none();
  return Bytes(bytes);
}

py::object TextOrNone(std::string_view text) {
  if (text.empty()) return py::none();
  return Text(text);
}

py::str Hex(const Sha256Digest& digest) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  char text[2 * std::tuple_size_v<Sha256Digest>];
  char* out = text;
  for (const std::uint8_t byte : digest) {
    *out++ = kDigits[byte >> 4];
    *out++ = kDigits[byte & 15];
  }
  return {text, sizeof text};
}

Time TimeFrom(long long milliseconds) { return Time(std::chrono::milliseconds(milliseconds)); }

py::object Datetime(Time time) {
  return py::module_::import("callgate._time").attr("to_datetime")(time.time_since_epoch().count());
}

double Seconds(std::chrono::milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace callgate::python
