// LintWarning: what PolicySet::Lint found.
#ifndef CALLGATE_LINT_H_
#define CALLGATE_LINT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callgate {

// How grave a finding is. Levels are ordered: one is below another that says more.
enum class LintLevel : std::uint8_t {
  kInfo,     // changes no verdict: something to tidy up
  kWarning,  // wider, or narrower, than its author probably meant
  kError,    // what the context means to deny, a call can reach all the same; or nothing passes
};

// "info", "warning" or "error". Lives for ever.
std::string_view LintLevelName(LintLevel level) noexcept;

// Something that loads and is probably not what its author meant.
struct LintWarning {
  std::string rule;  // "lint.…", as named in docs/policy.md
  LintLevel level = LintLevel::kWarning;
  std::string context;
  std::optional<std::size_t> capability;  // or nullopt: the context or its deny list
  std::string message;                    // what is wrong, and what to write
  std::string where;                      // "file:line:column"
};

}  // namespace callgate

#endif  // CALLGATE_LINT_H_
