// Appends to files whose bytes must be on the disk before anything else happens, to each when those
// of the one before are. One call, and the GIL is given away once: each system call by itself would
// have to win it back from a busy thread.
#include <pybind11/pybind11.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "border.h"
#include "topics.h"

#ifdef __APPLE__
#include <fcntl.h>
#endif

namespace callgate::python {
namespace {

struct Appended {
  std::string_view state;
  int error = 0;  // errno
};

constexpr std::string_view kDurable = "durable";

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
  return {kDurable};
}

// One append, as Python has it: (fd, path, size, data).
class Pending {
 public:
  explicit Pending(const py::tuple& append)
      : fd_(append[0].cast<int>()),
        path_(append[1], "path", Accept::kBytes),
        size_(append[2].cast<std::uint64_t>()),
        data_(append[3], "data", Accept::kBytes) {}

  Appended Run() const { return Append(fd_, std::string(path_.view()), size_, data_.view()); }

 private:
  int fd_;
  Input path_;
  std::uint64_t size_;
  Input data_;
};

py::tuple DurableAppend(const py::args& appends) {
  std::deque<Pending> pending;  // an Input cannot be moved
  for (const py::handle append : appends) {
    if (!PyTuple_Check(append.ptr()) || PyTuple_GET_SIZE(append.ptr()) != 4) {
      throw py::type_error("an append is (fd, path, size, data)");
    }
    pending.emplace_back(py::reinterpret_borrow<py::tuple>(append));
  }
  const std::vector<Appended> done = WithoutGil([&] {
    std::vector<Appended> tried;
    for (const Pending& append : pending) {
      tried.push_back(append.Run());
      if (tried.back().state != kDurable) break;
    }
    return tried;
  });
  py::list results;
  for (const Appended& append : done) {
    results.append(py::make_tuple(append.state, append.error));
  }
  return py::tuple(results);
}

}  // namespace

void RegisterDurableAppend(py::module_& module) { module.def("durable_append", &DurableAppend); }

}  // namespace callgate::python
