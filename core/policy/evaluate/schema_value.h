// Whether one string, number or boolean is as a schema says.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_SCHEMA_VALUE_H_
#define CALLGATE_CORE_POLICY_EVALUATE_SCHEMA_VALUE_H_

#include <cstdint>
#include <string_view>

#include "callgate/json.h"
#include "core/policy/evaluate/call_paths.h"
#include "core/policy/evaluate/staged_fault.h"
#include "core/policy/model/schema.h"

namespace callgate::policy {

// A value of JSON; of an array or object, its kind alone.
struct Scalar {
  json::Kind kind;
  std::string_view text;         // of a string, decoded; of a number, as written
  std::uint32_t item = kNoItem;  // of the call, that it is all of; kNoItem for a word or a key

  static Scalar Of(json::Value value, std::uint32_t item = kNoItem) noexcept {
    const bool has_text = value.is_string() || value.is_number();
    return {value.kind(), has_text ? value.string() : std::string_view(), item};
  }
};

// The earliest fault; of branches that all refuse, that of the one that got furthest. A command is
// refused: it needs the call around it (declared_command.h). So are arrays and objects.
[[nodiscard]] StagedFault JudgeScalar(const Schema& schema, const Scalar& value, CallPaths& paths);

// Of a string, its length and pattern alone.
[[nodiscard]] StagedFault JudgeText(const Schema& schema, std::string_view text);

// Strings and booleans byte for byte, numbers by value.
[[nodiscard]] bool AreEqual(const Scalar& a, const Scalar& b) noexcept;

[[nodiscard]] inline StagedFault JudgeString(const Schema& schema, std::string_view value,
                                             CallPaths& paths) {
  return JudgeScalar(schema, {json::Kind::kString, value}, paths);
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_SCHEMA_VALUE_H_
