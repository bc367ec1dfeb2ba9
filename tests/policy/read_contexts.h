// What a document says, for tests that ask for one fault at most.
#ifndef CALLGATE_TESTS_POLICY_READ_CONTEXTS_H_
#define CALLGATE_TESTS_POLICY_READ_CONTEXTS_H_

#include <iterator>
#include <string_view>
#include <vector>

#include "callgate/result.h"
#include "core/policy/document/read_policy.h"

namespace callgate::policy {

// Appends the contexts of a text, or returns its first fault.
inline Result<void> ReadPolicy(std::string_view text, std::string_view filename,
                               const Limits& limits, std::vector<Context>& contexts) {
  PolicyReading reading;
  ReadPolicy(text, filename, limits, reading);
  if (!reading.faults.empty()) {
    const LoadFault& first = reading.faults.front();
    return Error{ErrorCode::kInvalidPolicy, first.message, first.where};
  }
  contexts.insert(contexts.end(), std::make_move_iterator(reading.contexts.begin()),
                  std::make_move_iterator(reading.contexts.end()));
  return {};
}

}  // namespace callgate::policy

#endif  // CALLGATE_TESTS_POLICY_READ_CONTEXTS_H_
