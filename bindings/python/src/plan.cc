#include "plan.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "border.h"
#include "charge.h"
#include "decision.h"
#include "topics.h"

namespace callgate::python {
namespace {

py::object ReplayKeyOf(const PlanHandle& handle) {
  const auto key = handle.plan().replay_key();
  if (!key) return py::none();
  return py::make_tuple(py::cast(key->public_key), Bytes(AsBytes(key->signature)));
}

py::object Timestamp(const PlanHandle& handle) {
  if (!handle.plan().replay_key()) return py::none();
  return Datetime(handle.plan().timestamp());
}

py::object Charges(const PlanHandle& handle) {
  py::list chain;
  for (const auto& context : handle.plan().charges()) chain.append(ChargesOf(context));
  return py::tuple(chain);
}

py::object Finish(PlanHandle& handle, const Outcome& outcome) {
  return Wrap(handle.Finish(outcome));
}

py::object FinishCommitted(PlanHandle& handle, std::vector<std::uint32_t> taken) {
  return Finish(handle, Committed{std::move(taken)});
}

py::object FinishRateLimited(PlanHandle& handle, long long retry_after) {
  return Finish(handle, RateLimited{std::chrono::milliseconds(retry_after)});
}

template <typename Kind>
py::object FinishAs(PlanHandle& handle) {
  return Finish(handle, Kind{});
}

}  // namespace

void RegisterPlan(py::module_& module) {
  py::class_<PlanHandle>(module, "Plan", py::is_final())
      .def_property_readonly("replay_key", &ReplayKeyOf)
      .def_property_readonly(
          "sessions",
          [](const PlanHandle& handle) { return py::tuple(py::cast(handle.plan().sessions())); })
      .def_property_readonly("timestamp", &Timestamp)
      .def_property_readonly(
          "window", [](const PlanHandle& handle) { return Seconds(handle.plan().window()); })
      .def_property_readonly("charges", &Charges)
      .def("finish_committed", &FinishCommitted, py::arg("taken"))
      .def("finish_already_seen", &FinishAs<AlreadySeen>)
      .def("finish_rate_limited", &FinishRateLimited, py::arg("retry_after"))
      .def("finish_session_inactive", &FinishAs<SessionInactive>)
      .def("finish_full", &FinishAs<Full>)
      .def("finish_unavailable", &FinishAs<Unavailable>);
}

}  // namespace callgate::python
