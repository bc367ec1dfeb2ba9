// Paths that a tool may expand, compared with entries that deny.
#ifndef CALLGATE_CORE_POLICY_MODEL_PATH_GLOB_H_
#define CALLGATE_CORE_POLICY_MODEL_PATH_GLOB_H_

#include "core/policy/model/path_entry.h"
#include "core/policy/values/path.h"

namespace callgate::policy {

// `entry`, of a deny list or `except`, covers something that `path` could be expanded to. A path
// without bracket expressions and groups is nothing but itself.
[[nodiscard]] bool CouldBeDenied(const PathEntry& entry, NormalPath path);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_MODEL_PATH_GLOB_H_
