// The border: Python values become byte strings here, or a TypeError that names the parameter and
// never shows the value, before the core sees anything.
#ifndef CALLGATE_BINDINGS_PYTHON_BORDER_H_
#define CALLGATE_BINDINGS_PYTHON_BORDER_H_

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "callgate/crypto.h"
#include "callgate/time.h"

namespace callgate::python {

namespace py = pybind11;

// Which Python types a parameter takes.
enum class Accept { kText, kBytes, kEither };

// The bytes of a `str` (as UTF-8), `bytes`, `bytearray` or `memoryview`. The view stays valid, and
// its bytes stay the same, without the GIL for as long as the Input lives: mutable buffers are
// copied, and the copy is wiped, since it may be a secret.
class Input {
 public:
  Input(py::handle object, const char* name, Accept accept = Accept::kEither);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  std::string_view view() const noexcept { return view_; }

 private:
  void ReadText(py::handle object, const char* name);
  void CopyBuffer(py::handle object);

  py::object owner_;
  std::string copy_;
  std::string_view view_;
};

// JSON text, or a Python value, which callgate._json writes as JSON.
class JsonInput {
 public:
  enum Kind { kObject, kAnyValue };  // of the values; a text is the core's to judge
  JsonInput(py::handle value, const char* name, Kind kind = kObject);
  std::string_view view() const noexcept { return text_.view(); }

 private:
  Input text_;
};

// Runs `work` without the GIL. REQUIRES: `work` touches no Python object.
template <typename Work>
auto WithoutGil(Work&& work) {
  const py::gil_scoped_release release;
  return work();
}

// As WithoutGil, but holds the GIL for inputs that take less time than handing it over and back.
inline constexpr std::size_t kSmallInput = 2048;  // bytes; the threshold of Python's own hashlib
template <typename Work>
auto WithoutGilWhenLarge(std::size_t size, Work&& work) {
  if (size <= kSmallInput) return work();
  return WithoutGil(work);
}

py::bytes Bytes(std::string_view bytes);
py::str Text(std::string_view text);
py::object BytesOrNone(std::string_view bytes);
py::object TextOrNone(std::string_view text);
py::str Hex(const Sha256Digest& digest);  // lower-case

// Time crosses as whole milliseconds since 1970 on the way in, as an aware datetime on the way out.
Time TimeFrom(long long milliseconds);
py::object Datetime(Time time);
double Seconds(std::chrono::milliseconds duration);

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_BORDER_H_
