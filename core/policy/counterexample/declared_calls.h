// Calls of a capability that declares its arguments.
#ifndef CALLGATE_CORE_POLICY_COUNTEREXAMPLE_DECLARED_CALLS_H_
#define CALLGATE_CORE_POLICY_COUNTEREXAMPLE_DECLARED_CALLS_H_

#include <functional>
#include <vector>

#include "core/policy/counterexample/schema_values.h"

namespace callgate::policy {

class DeclaredCalls {
 public:
  // Which value each choice takes; kLeftOut for none.
  using Picks = std::vector<std::size_t>;
  static constexpr std::size_t kLeftOut = static_cast<std::size_t>(-1);

  // `spares` says whether the deny list lets a call of the one member be: values that it does not
  // come last.
  DeclaredCalls(std::vector<DeclaredChoice> choices,
                const std::function<bool(const Fragment&)>& spares);

  // With the required members alone, and with all that there are values for.
  std::vector<Picks> Bases() const;
  // Calls `take` with each way to change one choice, those of `first` before others, until it
  // returns false.
  void ForEachChange(const Picks& picks, std::string_view first,
                     const std::function<bool(const Picks&)>& take) const;
  std::string Json(const Picks& picks) const;

 private:
  std::vector<DeclaredChoice> choices_;
};

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_COUNTEREXAMPLE_DECLARED_CALLS_H_
