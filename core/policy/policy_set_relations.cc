#include "core/policy/containment.h"
#include "core/policy/policy_set_state.h"

namespace callgate {
namespace {

Error UnknownContext(std::string_view name) {
  return {ErrorCode::kScopeNotFound, "there is no context " + std::string(name.substr(0, 128)), {}};
}

}  // namespace

Result<Containment> PolicySet::Contains(std::string_view parent, std::string_view child) const {
  const auto outer = Find(parent);
  if (!outer) return UnknownContext(parent);
  const auto inner = Find(child);
  if (!inner) return UnknownContext(child);
  return policy::Contains(*outer, *inner);
}

}  // namespace callgate
