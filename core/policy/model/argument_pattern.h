// A regular expression that the whole value of a top-level argument must match.
#ifndef CALLGATE_CORE_POLICY_MODEL_ARGUMENT_PATTERN_H_
#define CALLGATE_CORE_POLICY_MODEL_ARGUMENT_PATTERN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "callgate/result.h"

namespace re2 {
class RE2;
}

namespace callgate::policy {

// Immutable and thread-safe. Copies share the compiled expression.
class ArgumentPattern {
 public:
  // INVALID_POLICY with the fault when RE2 refuses `text` or it needs more than `max_memory` bytes.
  static Result<ArgumentPattern> Compile(std::string_view text, std::int64_t max_memory);

  // False when the expression does not match, and when matching runs out of memory.
  [[nodiscard]] bool Matches(std::string_view value) const;
  const std::string& text() const noexcept { return text_; }

 private:
  ArgumentPattern(std::string text, std::shared_ptr<const re2::RE2> compiled)
      : text_(std::move(text)), compiled_(std::move(compiled)) {}

  std::string text_;
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_ARGUMENT_PATTERN_H_
