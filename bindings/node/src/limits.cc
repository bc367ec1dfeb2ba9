// Limits cross as an array of numbers, in the order that limits() gives their names.
#include "callgate/limits.h"

#include <type_traits>
#include <vector>

#include "addon.h"
#include "elements.h"
#include "options.h"

namespace callgate::node {
namespace {

template <typename Visit>
void VisitLimits(Limits& limits, Visit visit) {
  visit("maxJsonBytes", limits.max_json_bytes);
  visit("maxJsonDepth", limits.max_json_depth);
  visit("maxJsonNodes", limits.max_json_nodes);
  visit("maxNumberBytes", limits.max_number_bytes);
  visit("maxTokenBytes", limits.max_token_bytes);
  visit("maxRememberedTokens", limits.max_remembered_tokens);
  visit("maxPolicyBytes", limits.max_policy_bytes);
  visit("maxPolicyNodes", limits.max_policy_nodes);
  visit("maxRegexMemory", limits.max_regex_memory);
  visit("maxReplayEntries", limits.max_replay_entries);
  visit("maxReplayEntriesPerSession", limits.max_replay_entries_per_session);
  visit("maxSessions", limits.max_sessions);
  visit("maxSessionDepth", limits.max_session_depth);
  visit("maxRateWindows", limits.max_rate_windows);
  visit("maxRateEntries", limits.max_rate_entries);
}

// limits(): the defaults, by name.
Napi::Value Defaults(const Napi::CallbackInfo& info) {
  Napi::Object defaults = Napi::Object::New(info.Env());
  Limits limits;
  VisitLimits(limits, [&](const char* name, auto value) {
    defaults.Set(name, static_cast<double>(value));
  });
  return defaults;
}

}  // namespace

Limits LimitsArgument(const Napi::Value& value) {
  Limits limits;
  if (!value.IsArray()) return limits;
  std::vector<double> numbers;
  const bool read = ForEach(value, [&](const Napi::Value& number) {
    numbers.push_back(number.As<Napi::Number>().DoubleValue());
  });
  if (!read) return limits;  // nothing waits for what they bound
  auto number = numbers.begin();
  VisitLimits(limits, [&](const char*, auto& limit) {
    limit = static_cast<std::remove_reference_t<decltype(limit)>>(*number++);
  });
  return limits;
}

void RegisterLimits(Napi::Object exports) { Export<Defaults>(exports, "limits"); }

}  // namespace callgate::node
