#ifndef CALLGATE_CORE_AUDIT_REDACTION_STATE_H_
#define CALLGATE_CORE_AUDIT_REDACTION_STATE_H_

#include <string>
#include <string_view>
#include <vector>

#include "callgate/audit.h"
#include "core/audit/key_patterns.h"

namespace callgate {

struct Redaction::State {
  audit::KeyPatterns keys;
  std::vector<std::string> tools;
  bool arguments;

  // Whether nothing is shown of any call of `tool`.
  [[nodiscard]] bool Hides(std::string_view tool) const;
  // Whether nothing has to be left out of `payload`. REQUIRES: valid JSON.
  [[nodiscard]] bool ShowsWhole(std::string_view payload) const;
};

}  // namespace callgate

#endif  // CALLGATE_CORE_AUDIT_REDACTION_STATE_H_
