// LintWarning: what PolicySet::Lint found.
#ifndef CALLGATE_LINT_H_
#define CALLGATE_LINT_H_

#include <cstddef>
#include <optional>
#include <string>

namespace callgate {

// Something that loads and is probably not what its author meant.
struct LintWarning {
  std::string rule;  // "lint.…", as named in docs/policy.md
  std::string context;
  std::optional<std::size_t> capability;  // or nullopt: the context or its deny list
  std::string message;
  std::string where;  // "file:line:column"
};

}  // namespace callgate

#endif  // CALLGATE_LINT_H_
