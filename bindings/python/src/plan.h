// A Plan that several threads may hold.
#ifndef CALLGATE_BINDINGS_PYTHON_PLAN_H_
#define CALLGATE_BINDINGS_PYTHON_PLAN_H_

#include <mutex>
#include <utility>

#include "callgate/gate.h"

namespace callgate::python {

// Plan itself is not thread-safe: finishing it changes it, and what else is read never changes.
class PlanHandle {
 public:
  explicit PlanHandle(Plan plan) : plan_(std::move(plan)) {}

  const Plan& plan() const noexcept { return plan_; }
  Decision Finish(const Outcome& outcome) {
    const std::lock_guard lock(mutex_);
    return plan_.Finish(outcome);
  }

 private:
  std::mutex mutex_;
  Plan plan_;
};

}  // namespace callgate::python

#endif  // CALLGATE_BINDINGS_PYTHON_PLAN_H_
