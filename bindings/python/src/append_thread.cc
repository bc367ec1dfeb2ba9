// A thread that does durable appends and nothing else. It never wants the GIL: a Python thread
// would have to win it back from a busy event loop after each sync.
#include <fcntl.h>
#include <pybind11/pybind11.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "durable_append.h"
#include "topics.h"

namespace callgate::python {
namespace {

// Two ends of a pipe, closed on exec. What is written to it only wakes.
class Bell {
 public:
  Bell() {
    if (pipe(ends_) != 0) throw std::system_error(errno, std::generic_category());
    for (const int end : ends_) {
      fcntl(end, F_SETFD, FD_CLOEXEC);
      fcntl(end, F_SETFL, O_NONBLOCK);
    }
  }
  ~Bell() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  int fileno() const noexcept { return ends_[0]; }

  void Ring() const noexcept {
    while (write(ends_[1], "", 1) < 0 && errno == EINTR) {
    }
  }

  void Silence() const noexcept {
    char rung[16];
    while (read(ends_[0], rung, sizeof rung) < 0 && errno == EINTR) {
    }
  }

 private:
  int ends_[2];
};

// Signals are for Python's threads: a thread that begins in its scope gets none.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

// What the thread and Python's threads share. The thread never wants the GIL, so whoever holds that
// may wait for the lock.
struct Shared {
  enum class Step { kIdle, kAsked, kDone };

  Bell bell;
  std::condition_variable changed;
  std::mutex mutex;  // of all that follows, but of job while step is kAsked: that is the thread's
  Step step = Step::kIdle;
  bool closing = false;
  std::optional<Appends> job;
  std::vector<Appended> done;
  std::thread thread;

  void Run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return closing || step == Step::kAsked; });
      if (step != Step::kAsked) return;
      lock.unlock();
      std::vector<Appended> results = job->Run();
      lock.lock();
      done = std::move(results);
      step = Step::kDone;
      bell.Ring();
    }
  }
};

// A fork copies this and not the thread. Of locks and waiters that were copied in whatever state
// they were in, nothing can be used or destroyed: the child lets them lie.
class AppendThread {
 public:
  using Step = Shared::Step;

  // Throws std::system_error.
  AppendThread() : shared_(std::make_unique<Shared>()), process_(getpid()) {
    const SignalsBlocked blocked;
    shared_->thread = std::thread([shared = shared_.get()] { shared->Run(); });
  }

  ~AppendThread() {
    if (IsCopy()) {
      static_cast<void>(shared_.release());
    } else {
      Close();
    }
  }

  int fileno() const noexcept { return shared_->bell.fileno(); }

  void Submit(const py::args& appends) {
    RefuseCopy();
    Appends job(appends);
    {
      const std::scoped_lock lock(shared_->mutex);
      if (shared_->closing) throw std::runtime_error("the thread has ended");
      if (shared_->step != Step::kIdle) throw std::runtime_error("an append is under way");
      shared_->job.emplace(std::move(job));
      shared_->step = Step::kAsked;
    }
    shared_->changed.notify_one();
  }

  py::tuple Take() {
    RefuseCopy();
    std::optional<Appends> job;  // let go of without the lock
    std::vector<Appended> done;
    {
      const std::scoped_lock lock(shared_->mutex);
      if (shared_->step != Step::kDone) throw std::runtime_error("no append is done");
      shared_->step = Step::kIdle;
      job.swap(shared_->job);
      done.swap(shared_->done);
      shared_->bell.Silence();
    }
    return Results(done);
  }

  // An append that is under way is finished first, and what it came to is not told.
  void Close() {
    if (IsCopy()) return;
    std::thread ending;
    {
      const std::scoped_lock lock(shared_->mutex);
      shared_->closing = true;
      ending.swap(shared_->thread);
    }
    if (!ending.joinable()) return;
    shared_->changed.notify_one();
    WithoutGil([&] { ending.join(); });
  }

 private:
  bool IsCopy() const noexcept { return getpid() != process_; }

  void RefuseCopy() const {
    if (IsCopy()) throw std::runtime_error("a fork has no thread");
  }

  std::unique_ptr<Shared> shared_;
  const pid_t process_;
};

std::unique_ptr<AppendThread> Start() {
  try {
    return std::make_unique<AppendThread>();
  } catch (const std::system_error& error) {
    errno = error.code().value();
    PyErr_SetFromErrno(PyExc_OSError);
    throw py::error_already_set();
  }
}

}  // namespace

void RegisterAppendThread(py::module_& module) {
  py::class_<AppendThread>(module, "AppendThread", py::is_final())
      .def(py::init(&Start))
      .def("fileno", &AppendThread::fileno)
      .def("submit", &AppendThread::Submit)
      .def("take", &AppendThread::Take)
      .def("close", &AppendThread::Close);
}

}  // namespace callgate::python
