// Appends to a file whose bytes must be on the disk before anything else happens. One call, and the
// GIL is given away once: each system call by itself would have to win it back from a busy thread.
#include <pybind11/pybind11.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include "border.h"
#include "topics.h"

#ifdef __APPLE__
#include <fcntl.h>
#endif

namespace callgate::python {
namespace {

struct Appended {
  const char* state;
  int error = 0;  // errno
};

// Whether `fd` is still the file at `path`, and as long as it was left.
bool AsItWasLeft(int fd, const std::string& path, std::uint64_t size) {
  struct stat open {};
  struct stat named {};
  return fstat(fd, &open) == 0 && lstat(path.c_str(), &named) == 0 &&
         static_cast<std::uint64_t>(open.st_size) == size && open.st_dev == named.st_dev &&
         open.st_ino == named.st_ino;
}

int Sync(int fd) {
#ifdef __APPLE__
  return fcntl(fd, F_FULLFSYNC);  // fsync(2) there leaves the bytes in the drive's cache
#else
  return fdatasync(fd);
#endif
}

Appended Append(int fd, const std::string& path, std::uint64_t size, std::string_view data) {
  if (!AsItWasLeft(fd, path, size)) return {"changed"};
  while (!data.empty()) {
    const ssize_t written = write(fd, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return {"unwritten", written < 0 ? errno : EIO};
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  while (Sync(fd) != 0) {
    // Not again after anything else: what a sync that failed has dropped, the next does not tell.
    if (errno != EINTR) return {"unsynced", errno};
  }
  return {"durable"};
}

py::tuple DurableAppend(int fd, py::handle path, std::uint64_t size, py::handle data) {
  const Input name(path, "path", Accept::kBytes);
  const Input bytes(data, "data", Accept::kBytes);
  const Appended appended =
      WithoutGil([&] { return Append(fd, std::string(name.view()), size, bytes.view()); });
  return py::make_tuple(appended.state, appended.error);
}

}  // namespace

void RegisterDurableAppend(py::module_& module) {
  module.def("durable_append", &DurableAppend, py::arg("fd"), py::arg("path"), py::arg("size"),
             py::arg("data"));
}

}  // namespace callgate::python
