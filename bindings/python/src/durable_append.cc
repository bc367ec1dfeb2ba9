#include "durable_append.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "topics.h"

#ifdef __APPLE__
#include <fcntl.h>
#endif

namespace callgate::python {
namespace {

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

}  // namespace

Appends::One::One(const py::tuple& append)
    : fd(append[0].cast<int>()),
      path(append[1], "path", Accept::kBytes),
      size(append[2].cast<std::uint64_t>()),
      data(append[3], "data", Accept::kBytes) {}

Appends::Appends(const py::args& appends) {
  for (const py::handle append : appends) {
    if (!PyTuple_Check(append.ptr()) || PyTuple_GET_SIZE(append.ptr()) != 4) {
      throw py::type_error("an append is (fd, path, size, data)");
    }
    all_.emplace_back(py::reinterpret_borrow<py::tuple>(append));
  }
}

std::vector<Appended> Appends::Run() const {
  std::vector<Appended> tried;
  for (const One& append : all_) {
    tried.push_back(
        Append(append.fd, std::string(append.path.view()), append.size, append.data.view()));
    if (tried.back().state != kDurable) break;
  }
  return tried;
}

py::tuple Results(const std::vector<Appended>& done) {
  py::list results;
  for (const Appended& append : done) {
    results.append(py::make_tuple(append.state, append.error));
  }
  return py::tuple(results);
}

void RegisterDurableAppend(py::module_& module) {
  module.def("durable_append", [](const py::args& args) {
    const Appends appends(args);
    return Results(WithoutGil([&] { return appends.Run(); }));
  });
}

}  // namespace callgate::python
