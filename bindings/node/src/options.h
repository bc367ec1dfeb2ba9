// Arguments that are neither bytes nor handles. Their types and ranges were checked in JavaScript.
#ifndef CALLGATE_BINDINGS_NODE_OPTIONS_H_
#define CALLGATE_BINDINGS_NODE_OPTIONS_H_

#include <napi.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "callgate/limits.h"
#include "callgate/time.h"

namespace callgate::node {

// Milliseconds since 1970.
inline Time TimeArgument(const Napi::Value& value) {
  return Time(std::chrono::milliseconds(value.As<Napi::Number>().Int64Value()));
}
inline Napi::Value Milliseconds(Napi::Env env, Time time) {
  return Napi::Number::New(env, static_cast<double>(time.time_since_epoch().count()));
}

// A duration in a number of its own unit.
template <typename Duration>
Duration DurationArgument(const Napi::Value& value) {
  return Duration(value.As<Napi::Number>().Int64Value());
}

// True only for the boolean.
inline bool Flag(const Napi::Value& value) {
  return value.IsBoolean() && value.As<Napi::Boolean>().Value();
}

// An array of all limits, or undefined for the defaults.
Limits LimitsArgument(const Napi::Value& value);

}  // namespace callgate::node

#endif  // CALLGATE_BINDINGS_NODE_OPTIONS_H_
