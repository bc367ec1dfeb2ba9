#include "core/policy/model/argument_pattern.h"

#include <re2/re2.h>

namespace callgate::policy {

Result<ArgumentPattern> ArgumentPattern::Compile(std::string_view text, std::int64_t max_memory) {
  RE2::Options options;
  options.set_log_errors(false);  // else RE2 writes the text of patterns and values to stderr
  options.set_max_mem(max_memory);
  options.set_never_capture(true);
  auto compiled = std::make_shared<const RE2>(re2::StringPiece(text.data(), text.size()), options);
  // An expression that did not compile would never match: refuse it here, not at every call.
  if (!compiled->ok()) {
    return Error{ErrorCode::kInvalidPolicy,
                 "expected an RE2 expression: " + compiled->error().substr(0, 100),
                 {}};
  }
  return ArgumentPattern(std::string(text), std::move(compiled));
}

bool ArgumentPattern::Matches(std::string_view value) const {
  return RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *compiled_);
}

}  // namespace callgate::policy
