// A thread that does durable appends and nothing else. It never wants the GIL: a Python thread
// would have to win it back from a busy event loop after each sync.
#include <fcntl.h>
#include <pybind11/pybind11.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
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

class AppendThread {
 public:
  AppendThread() : thread_(Started()), process_(getpid()) {}

  ~AppendThread() {
    if (getpid() != process_) {
      thread_.detach();  // a fork copies the object and not the thread
      return;
    }
    Close();
  }

  int fileno() const noexcept { return bell_.fileno(); }

  // Called with the GIL, as all others.
  void Submit(const py::args& appends) {
    if (job_) throw std::runtime_error("an append is under way");
    if (!thread_.joinable()) throw std::runtime_error("the thread has ended");
    job_.emplace(appends);
    {
      const std::scoped_lock lock(mutex_);
      step_ = Step::kAsked;
    }
    changed_.notify_one();
  }

  py::tuple Take() {
    {
      const std::scoped_lock lock(mutex_);
      if (step_ != Step::kDone) throw std::runtime_error("no append is done");
      step_ = Step::kIdle;
    }
    bell_.Silence();
    job_.reset();
    return Results(done_);
  }

  // An append that is under way is finished first.
  void Close() {
    if (!thread_.joinable()) return;
    {
      const std::scoped_lock lock(mutex_);
      closing_ = true;
    }
    changed_.notify_one();
    WithoutGil([&] { thread_.join(); });
    job_.reset();
  }

 private:
  enum class Step { kIdle, kAsked, kDone };

  std::thread Started() {
    // Signals are for Python's threads.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread([this] { Run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
  }

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
  std::mutex mutex_;
  std::condition_variable changed_;
  Step step_ = Step::kIdle;     // of mutex_
  bool closing_ = false;        // of mutex_
  std::vector<Appended> done_;  // of the thread until step_ is kDone
  std::optional<Appends> job_;  // Python's; the thread reads it while step_ is kAsked
  std::thread thread_;
  pid_t process_;
};

}  // namespace

void RegisterAppendThread(py::module_& module) {
  py::class_<AppendThread>(module, "AppendThread", py::is_final())
      .def(py::init<>())
      .def("fileno", &AppendThread::fileno)
      .def("submit", &AppendThread::Submit)
      .def("take", &AppendThread::Take)
      .def("close", &AppendThread::Close);
}

}  // namespace callgate::python
