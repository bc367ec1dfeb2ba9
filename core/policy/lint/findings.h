// What lint finds in one context, without what its author has acknowledged.
#ifndef CALLGATE_CORE_POLICY_LINT_FINDINGS_H_
#define CALLGATE_CORE_POLICY_LINT_FINDINGS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/lint.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// `rule` is one of lint_rules.inc; the message says what is wrong and what to write.
using Warn = std::function<void(std::string_view rule, std::string message)>;

class Findings {
 public:
  // Both outlive this.
  Findings(const Context& context, std::vector<LintWarning>& out) : context_(context), out_(out) {}

  // Each reports what it is called with, at that place, unless that or the context acknowledges it.
  Warn OfCapability(std::size_t capability);
  Warn OfDenyEntry(std::size_t entry);
  Warn OfContext();
  // Reports the acknowledgements that none of these calls needed.
  void ReportVain();

 private:
  using Capability = std::optional<std::size_t>;
  void Add(const Acknowledgements& here, Capability capability, const SourcePosition& at,
           std::string_view rule, std::string message);
  bool IsAcknowledged(const Acknowledgements& list, std::string_view rule);
  void ReportVain(const Acknowledgements& list, Capability capability);

  const Context& context_;
  std::vector<LintWarning>& out_;
  std::vector<const Acknowledgement*> needed_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_LINT_FINDINGS_H_
