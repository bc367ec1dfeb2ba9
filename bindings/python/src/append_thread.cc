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

// Its functions are called with the GIL, which the lock does not wait for: the thread never wants it.
class AppendThread {
 public:
  // Throws std::system_error.
  AppendThread() : process_(getpid()) {
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { Run(); });
  }

  ~AppendThread() { Close(); }

  int fileno() const noexcept { return bell_.fileno(); }

  void Submit(const py::args& appends) {
    Appends job(appends);
    {
      const std::scoped_lock lock(mutex_);
      if (closing_) throw std::runtime_error("the thread has ended");
      if (step_ != Step::kIdle) throw std::runtime_error("an append is under way");
      job_.emplace(std::move(job));
      step_ = Step::kAsked;
    }
    changed_.notify_one();
  }

  py::tuple Take() {
    std::optional<Appends> job;  // let go of without the lock
    std::vector<Appended> done;
    {
      const std::scoped_lock lock(mutex_);
      if (step_ != Step::kDone) throw std::runtime_error("no append is done");
      step_ = Step::kIdle;
      job.swap(job_);
      done.swap(done_);
      bell_.Silence();
    }
    return Results(done);
  }

  // An append that is under way is finished first, and what it came to is not told.
  void Close() {
    std::thread ending;
    {
      const std::scoped_lock lock(mutex_);
      closing_ = true;
      ending.swap(thread_);
    }
    if (!ending.joinable()) return;
    if (getpid() != process_) {
      ending.detach();  // a fork copies the object and not the thread
      return;
    }
    changed_.notify_one();
    WithoutGil([&] { ending.join(); });
  }

 private:
  enum class Step { kIdle, kAsked, kDone };

  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return closing_ || step_ == Step::kAsked; });
      if (step_ != Step::kAsked) return;
      lock.unlock();
      std::vector<Appended> done = job_->Run();
      lock.lock();
      done_ = std::move(done);
      step_ = Step::kDone;
      bell_.Ring();
    }
  }

  Bell bell_;
  std::condition_variable changed_;
  std::mutex mutex_;  // of all that follows, but of job_ while step_ is kAsked: that is the thread's
  Step step_ = Step::kIdle;
  bool closing_ = false;
  std::optional<Appends> job_;
  std::vector<Appended> done_;
  std::thread thread_;
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
