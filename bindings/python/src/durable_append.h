// Appends to files whose bytes must be on the disk before anything else happens, to each when those
// of the one before are.
#ifndef CALLGATE_BINDINGS_PYTHON_DURABLE_APPEND_H_
#define CALLGATE_BINDINGS_PYTHON_DURABLE_APPEND_H_

#include <pybind11/pybind11.h>

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "border.h"

namespace callgate::python {

// What an append came to.
struct Appended {
  std::string_view state;
  int error = 0;  // errno
};

// Several appends as Python has them, each (fd, path, size, data). Holds their bytes, so it is made
// and destroyed with the GIL. Raises TypeError.
class Appends {
 public:
  explicit Appends(const py::args& appends);

  // In turn until one fails. Needs no GIL.
  std::vector<Appended> Run() const;

 private:
  struct One {
    explicit One(const py::tuple& append);
    int fd;
    Input path;
    std::uint64_t size;
    Input data;
  };
  std::deque<One> all_;  // an Input cannot be moved
};

py::tuple Results(const std::vector<Appended>& done);

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_DURABLE_APPEND_H_
