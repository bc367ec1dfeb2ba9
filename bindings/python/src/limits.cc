#include "limits.h"

#include "callgate/time.h"
#include "topics.h"

namespace callgate::python {
namespace {

// Calls visit(name, field) for every field.
template <typename LimitsType, typename Visit>
void ForEach(LimitsType& limits, Visit&& visit) {
  visit("max_json_bytes", limits.max_json_bytes);
  visit("max_json_depth", limits.max_json_depth);
  visit("max_json_nodes", limits.max_json_nodes);
  visit("max_number_bytes", limits.max_number_bytes);
  visit("max_token_bytes", limits.max_token_bytes);
  visit("max_remembered_tokens", limits.max_remembered_tokens);
  visit("max_policy_bytes", limits.max_policy_bytes);
  visit("max_policy_nodes", limits.max_policy_nodes);
  visit("max_regex_memory", limits.max_regex_memory);
  visit("max_replay_entries", limits.max_replay_entries);
  visit("max_replay_entries_per_session", limits.max_replay_entries_per_session);
  visit("max_sessions", limits.max_sessions);
  visit("max_session_depth", limits.max_session_depth);
  visit("max_rate_windows", limits.max_rate_windows);
  visit("max_rate_entries", limits.max_rate_entries);
}

py::dict DefaultLimits() {
  py::dict defaults;
  Limits limits;
  ForEach(limits, [&](const char* name, auto& field) { defaults[name] = field; });
  return defaults;
}

}  // namespace

Limits LimitsFrom(py::handle limits) {
  Limits read;
  if (limits.is_none()) return read;
  ForEach(read, [&](const char* name, auto& field) {
    field = limits.attr(name).cast<std::remove_reference_t<decltype(field)>>();
  });
  return read;
}

void RegisterLimits(py::module_& module) {
  module.def("default_limits", &DefaultLimits);
  module.attr("EARLIEST_TIME") = kEarliestTime.time_since_epoch().count();
  module.attr("LATEST_TIME") = kLatestTime.time_since_epoch().count();
}

}  // namespace callgate::python
